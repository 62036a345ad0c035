import { type Store, useStore } from '../../base/store.ts';
import type { CandleFeed } from './candles/candle-feed.ts';
import { hasLongGap, maxEmpty } from './canvas/bars.ts';
import type { TimeRange } from './canvas/candle-chart.ts';
import { formatTime } from './chart-text.ts';

/** What one must know about the candles: how old the newest is, whether it follows the market, and what is not drawn. */
export function ChartStatus(props: {
  readonly feed: CandleFeed;
  readonly visible: Store<TimeRange | null>;
  readonly isOld: boolean;
  readonly timeframe: string;
}) {
  const { feed, timeframe } = props;
  const candles = useStore(feed.candles);
  const history = useStore(feed.history);
  const live = useStore(feed.live);
  const visible = useStore(props.visible);
  const [oldest] = candles;
  const newest = candles.at(-1);
  const isOldestVisible = Boolean(oldest && visible && visible.from <= oldest.timestamp);
  return (
    <p className="chart-status">
      {newest && <span>Newest candle: {formatTime(newest.timestamp, timeframe)}</span>}
      {props.isOld && <strong>stale: nothing new since the connection was lost</strong>}
      {!props.isOld && live.isStale && <strong>stale: the exchange cannot be reached</strong>}
      {history.kind === 'loading' && <span>{newest ? 'Loading older candles' : 'Loading candles'}</span>}
      {history.kind === 'complete' && !newest && <span>The exchange has no candles of this market yet.</span>}
      {history.kind === 'complete' && oldest && isOldestVisible && (
        <span>History begins here: {formatTime(oldest.timestamp, timeframe)}</span>
      )}
      {hasLongGap(candles, timeframe) && <span>Gaps of more than {maxEmpty} candles are drawn shorter.</span>}
    </p>
  );
}
