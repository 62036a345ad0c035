import { useEffect, useRef, useState } from 'react';
import { Store, useStore } from '../../base/store.ts';
import type { Failure } from '../../client/error-text.ts';
import { useServices } from '../../client/services.ts';
import { useIsOld } from '../../client/use-is-old.ts';
import { FailureNote } from '../../ui/failure-note.tsx';
import { CandleCanvas } from './candle-canvas.tsx';
import type { CandleSeries } from './candles/candle.ts';
import type { CandleFeed } from './candles/candle-feed.ts';
import { openCandles } from './candles/open-candles.ts';
import type { CandleChart, TimeRange } from './canvas/candle-chart.ts';
import { toPriceStep } from './canvas/price-step.ts';
import { ChartLegend } from './chart-legend.tsx';
import { ChartStatus } from './chart-status.tsx';

/** What is drawn: the candles of one series. Another series needs another `key`, so that the two never mix. */
export interface CandleViewProps {
  readonly series: CandleSeries;
  /** The smallest step of prices, if the exchange says it. */
  readonly precision: number | null;
  readonly isMadeUp: boolean;
}

export function CandleView(props: CandleViewProps) {
  const { client } = useServices();
  const [first] = useState(props.series);
  const [feed, setFeed] = useState<CandleFeed | null>(null);
  useEffect(() => {
    const opened = openCandles(client, first);
    setFeed(opened);
    return () => opened.close();
  }, [client, first]);
  return <div className="chart">{feed && <FeedView {...props} feed={feed} />}</div>;
}

function FeedView({ feed, series, precision, isMadeUp }: CandleViewProps & { readonly feed: CandleFeed }) {
  const [pointer] = useState(() => new Store<number | null>(null));
  const [visible] = useState(() => new Store<TimeRange | null>(null));
  const chart = useRef<CandleChart | null>(null);
  const history = useStore(feed.history);
  const live = useStore(feed.live);
  const candles = useStore(feed.candles);
  const isOld = useIsOld(candles.at(-1) ?? null);
  const step = toPriceStep(precision, candles);
  const { timeframe } = series;
  return (
    <>
      <ChartLegend feed={feed} pointer={pointer} timeframe={timeframe} step={step} />
      <div className="chart-frame" data-stale={isOld || live.isStale}>
        <CandleCanvas {...{ feed, series, step, pointer, visible, chart }} />
        {isMadeUp && <span className="made-up">made-up prices</span>}
        <Failed failure={history.kind === 'failed' ? history.failure : live.failure} onRetry={() => feed.retry()} />
      </div>
      <div className="chart-footer">
        <ChartStatus feed={feed} visible={visible} isOld={isOld} timeframe={timeframe} />
        <div className="chart-buttons">
          <button type="button" aria-label="Zoom out" onClick={() => chart.current?.zoom('out')}>
            −
          </button>
          <button type="button" aria-label="Zoom in" onClick={() => chart.current?.zoom('in')}>
            +
          </button>
          <button type="button" onClick={() => chart.current?.showNewest()}>
            Newest
          </button>
        </div>
      </div>
    </>
  );
}

/** Lies over the chart, so that nothing moves. */
function Failed({ failure, onRetry }: { readonly failure: Failure | null; readonly onRetry: () => void }) {
  if (!failure) return null;
  return (
    <div className="chart-message">
      <FailureNote failure={failure} />
      <button type="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}
