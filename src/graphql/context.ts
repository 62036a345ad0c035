import type { Feeds } from '../feed/feeds.ts';
import type { MarketData } from '../market/market-data.ts';
import { DeclaringMarketData } from './declaring-market-data.ts';
import type { Freshness } from './freshness.ts';
import { createTickerLoader, type TickerLoader } from './loaders.ts';

/** What resolvers work with; made anew for each operation. */
export interface Context {
  readonly marketData: MarketData;
  readonly feeds: Feeds;
  readonly tickers: TickerLoader;
}

/** With `freshness`, whatever the resolvers fetch declares there how long it is fresh. */
export function createContext(given: MarketData, feeds: Feeds, freshness?: Freshness): Context {
  const marketData = freshness ? new DeclaringMarketData(given, freshness) : given;
  return { marketData, feeds, tickers: createTickerLoader(marketData) };
}
