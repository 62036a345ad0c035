import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { type Store, useStore } from '../../base/store.ts';
import type { CandleSeries } from './candles/candle.ts';
import type { CandleFeed } from './candles/candle-feed.ts';
import type { CandleChart, TimeRange } from './canvas/candle-chart.ts';
import { describeChart } from './chart-text.ts';

/** What the keys do; `=` and `_` are on the keys of `+` and `-`. */
const keys: Readonly<Record<string, (chart: CandleChart) => void>> = {
  ArrowLeft: (chart) => chart.scroll(-0.1),
  ArrowRight: (chart) => chart.scroll(0.1),
  PageUp: (chart) => chart.scroll(-0.9),
  PageDown: (chart) => chart.scroll(0.9),
  End: (chart) => chart.showNewest(),
  '+': (chart) => chart.zoom('in'),
  '=': (chart) => chart.zoom('in'),
  '-': (chart) => chart.zoom('out'),
  _: (chart) => chart.zoom('out'),
};

/** The drawing. The library that draws is loaded when the first chart is shown: the rest of the page does not need it. */
export function CandleCanvas(props: {
  readonly feed: CandleFeed;
  readonly series: CandleSeries;
  readonly step: number | null;
  readonly pointer: Store<number | null>;
  readonly visible: Store<TimeRange | null>;
  readonly chart: RefObject<CandleChart | null>;
}) {
  const { feed, series, step, pointer, visible, chart } = props;
  const { timeframe } = series;
  const element = useRef<HTMLDivElement>(null);
  const [isReady, setReady] = useState<boolean | null>(null);

  useEffect(() => {
    let isGone = false;
    let unsubscribe = (): void => {};
    const open = async (): Promise<void> => {
      const { CandleChart } = await import('./canvas/candle-chart.ts');
      if (isGone || !element.current) return;
      const opened = new CandleChart(element.current, {
        timeframe,
        onVisible: visible.set,
        onPointer: pointer.set,
        onNearBeginning: () => feed.loadOlder(),
      });
      chart.current = opened;
      opened.draw(feed.candles.get());
      unsubscribe = feed.candles.subscribe(() => opened.draw(feed.candles.get()));
      setReady(true);
    };
    open().catch(() => setReady(false));
    return () => {
      isGone = true;
      unsubscribe();
      chart.current?.remove();
      chart.current = null;
    };
  }, [feed, timeframe, pointer, visible, chart]);

  useEffect(() => {
    if (isReady) chart.current?.setPriceStep(step);
  }, [chart, isReady, step]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const act = keys[event.key];
    if (!act || !chart.current || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act(chart.current);
  };

  const label = describeChart(series, useStore(feed.candles), useStore(visible), step);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys move and zoom the chart, as its label says.
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for inputs.
    <div className="chart-keys" tabIndex={0} role="group" onKeyDown={onKeyDown} aria-label={help}>
      <div className="chart-canvas" ref={element} role="img" aria-label={label} />
      {isReady === false && (
        <p className="chart-message" role="alert">
          The chart cannot be drawn: a part of this page did not load. Reload it.
        </p>
      )}
    </div>
  );
}

const help = 'Chart. The arrow keys move it, plus and minus zoom, End shows the newest candle.';
