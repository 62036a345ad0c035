import { systemClock } from '../src/base/clock.ts';
import { createLiveOperations } from '../src/feed/live/live-operations.ts';
import { type Context, createContext } from '../src/graphql/execution/context.ts';
import { MarketSearch } from '../src/graphql/execution/market-search.ts';
import { createIdleFeeds, createQuerySource } from './query-source.ts';

/** The context of this project's resolvers in another server: data without this project's caches. */
export function createPeerContext(): () => Context {
  const marketData = createQuerySource();
  const feeds = createIdleFeeds(marketData);
  const live = createLiveOperations({ feeds, marketData, clock: systemClock, timeoutMs: 10_000 });
  return () => createContext({ marketData, live, marketSearch: new MarketSearch(), charge: () => {} });
}
