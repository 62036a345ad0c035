import { pino } from 'pino';
import { createCachedMarketData } from '../../src/app/cached-market-data.ts';
import { setV8Flags } from '../../src/app/v8-flags.ts';
import { wireServer } from '../../src/app/wire-server.ts';
import { systemClock } from '../../src/base/clock.ts';
import { LiveMarketData } from '../../src/feed/live/live-market-data.ts';
import { createLiveOperations } from '../../src/feed/live/live-operations.ts';
import { createAddressReader } from '../../src/server/access/address.ts';
import { ConcurrencyLimit } from '../../src/server/access/concurrency-limit.ts';
import { createGate } from '../../src/server/access/gate.ts';
import { Recorder } from '../../src/telemetry/metrics/recorder.ts';
import { cacheSettings, createIdleFeeds, createQuerySource } from '../query-source.ts';
import { drive } from './query-driver.ts';

// This server, wired as in app/create-app.ts, with an in-process exchange instead of ccxt below the caches.

const fetched = createCachedMarketData({ ...cacheSettings, upstream: createQuerySource() });
const feeds = createIdleFeeds(fetched);
const marketData = new LiveMarketData({ ...cacheSettings, upstream: fetched, feeds });
const live = createLiveOperations({ feeds, marketData, clock: systemClock, timeoutMs: 10_000 });
// As in app/process/run.ts.
setV8Flags();
const operations = new ConcurrencyLimit({ max: 200_000, maxPerAddress: 5000, limitsLoopback: false });
const megabyte = 1024 * 1024;
const subscriptionMemory = { maxBytes: 64 * megabyte, maxBytesPerAddress: 16 * megabyte, limitsLoopback: false };
const gate = createGate({ addressOf: createAddressReader(0) });
const sockets = new ConcurrencyLimit({ max: 20_000, maxPerAddress: 1000, limitsLoopback: false });
const recorder = new Recorder();
const { http } = wireServer({
  marketData,
  live,
  gate,
  operations,
  subscriptionMemory,
  socketLimits: { sockets, maxSubscriptions: 500, maxMessagesPerSecond: 100 },
  log: pino({ level: 'silent' }),
  events: {
    onRequest: recorder.recordRequest,
    onRoute: recorder.recordRoute,
    onDeclined: recorder.recordDeclined,
    onDocument: (isHit) => recorder.recordLookup('documents', isHit),
  },
});
drive(await http.listen(0, '127.0.0.1'));
