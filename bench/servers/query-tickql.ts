import { pino } from 'pino';
import { createCachedMarketData } from '../../src/app/cached-market-data.ts';
import { setV8Flags } from '../../src/app/v8-flags.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createLiveMarketData } from '../../src/feed/live/live-market-data.ts';
import { createLiveOperations } from '../../src/feed/live/live-operations.ts';
import { createAddressReader } from '../../src/server/access/address.ts';
import { Allowance } from '../../src/server/access/allowance.ts';
import { createGate } from '../../src/server/access/gate.ts';
import { SubscriptionMemory } from '../../src/server/access/subscription-memory.ts';
import { createGraphQLServer } from '../../src/server/graphql/pipeline.ts';
import { createHttpServer } from '../../src/server/http/http-server.ts';
import { cacheSettings, createIdleFeeds, createQuerySource } from '../query-source.ts';
import { drive } from './query-driver.ts';

// This server, wired as in app/create-app.ts, with an in-process exchange instead of ccxt below the caches.

const fetched = createCachedMarketData({ ...cacheSettings, upstream: createQuerySource() });
const feeds = createIdleFeeds(fetched);
const marketData = createLiveMarketData({ ...cacheSettings, upstream: fetched, feeds });
const live = createLiveOperations({ feeds, marketData, clock: systemClock, timeoutMs: 10_000 });
// As in app/run.ts.
setV8Flags();
const operations = new Allowance({ most: 200_000, maxPerAddress: 5000, limitsLoopback: false });
const megabyte = 1024 * 1024;
const subscriptionMemory = new SubscriptionMemory({
  maxBytes: 64 * megabyte,
  maxBytesPerAddress: 16 * megabyte,
  limitsLoopback: false,
});
const gate = createGate({ addressOf: createAddressReader(0) });
const graphql = createGraphQLServer({
  marketData,
  live,
  gate,
  openOperations: operations,
  subscriptionMemory,
  log: pino({ level: 'silent' }),
});
drive(await createHttpServer(graphql).listen(0, '127.0.0.1'));
