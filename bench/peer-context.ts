import { type Context, createContext } from '../src/graphql/context.ts';
import { MarketSearch } from '../src/graphql/market-search.ts';
import { createIdleFeeds, createQuerySource } from './query-source.ts';

/** What the project's resolvers work with in another server: the data itself, without this project's caches in between. */
export function createPeerContext(): () => Context {
  const marketData = createQuerySource();
  const feeds = createIdleFeeds(marketData);
  return () => createContext({ marketData, feeds, marketSearch: new MarketSearch(), charge: () => {} });
}
