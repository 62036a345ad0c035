import { type Store, useStore } from '../../base/store.ts';
import { formatAmount, formatPercentage } from '../../format/amount.ts';
import { formatPrice } from '../../format/price.ts';
import type { CandleFeed } from './candles/candle-feed.ts';
import { findCandle } from './candles/merge-candles.ts';
import { changeOf, formatTime } from './chart-text.ts';

/** The values of the candle under the pointer, or of the newest. A period without trades has dashes. */
export function ChartLegend(props: {
  readonly feed: CandleFeed;
  readonly pointer: Store<number | null>;
  readonly timeframe: string;
  readonly step: number | null;
}) {
  const candles = useStore(props.feed.candles);
  const pointer = useStore(props.pointer);
  const candle = pointer === null ? (candles.at(-1) ?? null) : findCandle(candles, pointer);
  const time = pointer ?? candle?.timestamp ?? null;
  const change = candle && changeOf([candle]);
  const price = (value: number | undefined): string => formatPrice(value ?? null, props.step);
  return (
    <dl className="chart-legend">
      <Value name="Open" short="O" text={price(candle?.open)} />
      <Value name="High" short="H" text={price(candle?.high)} />
      <Value name="Low" short="L" text={price(candle?.low)} />
      <Value name="Close" short="C" text={price(candle?.close)} />
      <Value name="Volume" short="V" text={formatAmount(candle?.volume ?? null)} className="chart-volume" />
      <div className={change === null || change === 0 ? undefined : change > 0 ? 'up' : 'down'}>
        <dt className="visually-hidden">Change</dt>
        <dd className="chart-change">{formatPercentage(change)}</dd>
      </div>
      <div className="chart-time">
        <dt className="visually-hidden">Time</dt>
        <dd>{time === null ? '–' : formatTime(time, props.timeframe)}</dd>
      </div>
    </dl>
  );
}

function Value(props: {
  readonly name: string;
  readonly short: string;
  readonly text: string;
  readonly className?: string;
}) {
  return (
    <div>
      <dt>
        <abbr title={props.name}>{props.short}</abbr>
      </dt>
      <dd className={props.className}>{props.text}</dd>
    </div>
  );
}
