import type { Clock } from '../../base/clock.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import type { Feeds } from './feeds.ts';

export interface LiveMarketDataOptions {
  readonly upstream: MarketData;
  readonly feeds: Pick<Feeds, 'liveTicker' | 'liveOrderBook' | 'liveAllTickers' | 'offerTicker' | 'derivatives'>;
  readonly clock: Clock;
  /** The maximum age of a last known value that answers, marked stale, while its exchange fails, in ms. */
  readonly staleMaxMs: number;
}
