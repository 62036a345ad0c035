import type { Feeds } from '../feed/feeds.ts';
import type { MarketData } from '../market/market-data.ts';
import { createTickerLoader, type TickerLoader } from './loaders.ts';

/** What resolvers work with; made anew for each operation. */
export interface Context {
  readonly marketData: MarketData;
  readonly feeds: Feeds;
  readonly tickers: TickerLoader;
}

export function createContext(marketData: MarketData, feeds: Feeds): Context {
  return { marketData, feeds, tickers: createTickerLoader(marketData) };
}
