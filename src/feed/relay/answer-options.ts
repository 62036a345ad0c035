import type { Clock } from '../../base/clock.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import type { Feeds } from '../live/feeds.ts';
import type { TradeLogs } from './trade-logs.ts';

/** What the calls of other instances' feeds are answered from. */
export interface AnswerOptions {
  readonly feeds: Pick<Feeds, 'kindsOf'>;
  /** Answers what the feeds do not know. */
  readonly upstream: MarketData;
  readonly clock: Clock;
  readonly logs: TradeLogs;
}
