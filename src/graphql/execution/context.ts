import type { LiveOperations } from '../../feed/live/live-operations.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import { DeclaringMarketData } from './declaring-market-data.ts';
import type { Freshness } from './freshness.ts';
import { createTickerLoader, type TickerLoader } from './loaders.ts';
import type { MarketSearch } from './market-search.ts';
import { PartialErrors } from './partial-errors.ts';

/** What resolvers work with; made anew for each operation. */
export interface Context {
  readonly marketData: MarketData;
  readonly live: LiveOperations;
  readonly marketSearch: MarketSearch;
  readonly tickers: TickerLoader;
  readonly partialErrors: PartialErrors;
  /** Called with what an operation costs before it is executed; throws, or rejects with, what refuses it. */
  readonly charge: Charge;
}

export type Charge = (cost: number) => Promise<void> | void;

export interface ContextOptions {
  readonly marketData: MarketData;
  readonly live: LiveOperations;
  /** Remembers what it has found: one for all operations. */
  readonly marketSearch: MarketSearch;
  readonly charge: Charge;
  /** Whatever the resolvers fetch declares here how long it is fresh. */
  readonly freshness?: Freshness;
}

export function createContext({ marketData: given, freshness, ...others }: ContextOptions): Context {
  const marketData = freshness ? new DeclaringMarketData(given, freshness) : given;
  return { ...others, marketData, tickers: createTickerLoader(marketData), partialErrors: new PartialErrors() };
}
