import type { LevelWithSilent } from 'pino';
import { createCachedMarketData } from '../../../src/app/cached-market-data.ts';
import { wireServer } from '../../../src/app/wire-server.ts';
import type { Clock } from '../../../src/base/clock.ts';
import { createFeeds, type Feeds } from '../../../src/feed/live/feeds.ts';
import { LiveMarketData } from '../../../src/feed/live/live-market-data.ts';
import { createLiveOperations } from '../../../src/feed/live/live-operations.ts';
import type { MarketData } from '../../../src/market/ports/market-data.ts';
import { createAddressReader } from '../../../src/server/access/address.ts';
import { createGate, type Gate } from '../../../src/server/access/gate.ts';
import type { SubscriptionMemoryLimits } from '../../../src/server/access/subscription-memory.ts';
import type { HttpServer, RequestTimeouts } from '../../../src/server/http/http-server.ts';
import type { Cors } from '../../../src/server/http/messages/cors.ts';
import { SlowReaders, type SlowReadersOptions } from '../../../src/server/http/slow-readers.ts';
import type { SubscriptionServer } from '../../../src/server/websocket/subscription-server.ts';
import { FakeMarketData } from '../fakes/fake-market-data.ts';
import { FakeStreams } from '../fakes/fake-streams.ts';
import { createLimits, createMemoryLimits, type Limits } from '../fakes/limits.ts';
import { SkippingClock } from '../fakes/skipping-clock.ts';
import { CapturedLog } from './captured-log.ts';
import { createRequests, type RunningServer } from './running-server.ts';

/** The server and its feeds over market data and streams that a test sets. */
export interface FakeServer extends RunningServer {
  readonly marketData: FakeMarketData;
  readonly streams: FakeStreams;
  readonly feeds: Feeds;
  readonly clock: SkippingClock;
  readonly log: CapturedLog;
  readonly http: HttpServer;
  readonly sockets: SubscriptionServer;
  /** How many feeds, sockets, subscriptions and groups are open. */
  readonly counts: Readonly<Record<string, number>>;
  /** How many operations wait for their turn. */
  readonly waiting: number;
  /** What open subscriptions keep in memory, by estimate, in bytes. */
  readonly memoryBytes: number;
  /** How many calls resolvers have made to the market-data port, whether or not a cache answered. */
  readonly calls: number;
  stop(): Promise<void>;
}

export interface FakeServerOptions {
  readonly marketData?: FakeMarketData;
  /** Puts the app's caches in front of the market data, and polls so rarely that only requests cause calls. */
  readonly cached?: boolean;
  /** The deadline of an operation's first event. */
  readonly startTimeoutMs?: number;
  readonly gate?: Gate;
  /** How many proxies in front of the server are trusted; for the default gate. */
  readonly proxies?: number;
  readonly cors?: Cors;
  readonly limits?: Partial<Limits>;
  readonly subscriptionMemory?: SubscriptionMemoryLimits;
  readonly timeouts?: RequestTimeouts;
  readonly initTimeoutMs?: number;
  readonly slowReaders?: Partial<SlowReadersOptions>;
  /** The clock of sockets and requests; the market data and the feeds keep the server's. */
  readonly socketClock?: Clock;
  /** By how much clients of event streams reconnect later than they can, from 0 to 1. */
  readonly random?: () => number;
  /** Lines at this level and above are captured; none by default. */
  readonly logLevel?: LevelWithSilent;
}

/** How long the caches answer without a call, in ms. */
export const ttlMs = 1000;

/** How long the last known value answers while an exchange fails, in ms. */
export const staleMaxMs = 60_000;

export async function startFakeServer(options: FakeServerOptions): Promise<FakeServer> {
  const { cached = false, startTimeoutMs = 10_000, proxies = 0, timeouts, cors, initTimeoutMs } = options;
  const clock = new SkippingClock();
  const { marketData = new FakeMarketData(clock), socketClock = clock } = options;
  const { gate = createGate({ addressOf: createAddressReader(proxies) }) } = options;
  const { subscriptionMemory = createMemoryLimits() } = options;
  const log = new CapturedLog(options.logLevel ?? 'silent');
  const streams = new FakeStreams();
  const fetched = cached
    ? createCachedMarketData({
        upstream: marketData,
        clock,
        tickerTtlMs: ttlMs,
        staleMaxMs,
        upstreamTimeoutMs: 10_000,
      })
    : marketData;
  const feeds = createFeeds({
    marketData: fetched,
    streams,
    openCandles: streams.open,
    clock,
    random: cached ? () => 0 : Math.random,
    pollIntervalMs: cached ? 60_000 : 20,
    lingerMs: 0,
    silenceMs: 60_000,
    staleMaxMs,
    startTimeoutMs,
    onHealth: () => {},
  });
  const counted = new CallCount(
    cached ? new LiveMarketData({ upstream: fetched, feeds, clock, staleMaxMs }) : marketData,
  );
  const limits = createLimits(options.limits);
  const server = wireServer({
    marketData: counted.marketData,
    live: createLiveOperations({ feeds, marketData: fetched, clock, timeoutMs: startTimeoutMs }),
    gate,
    ...(cors ? { cors } : {}),
    operations: limits.operations,
    socketLimits: limits,
    subscriptionMemory,
    log: log.logger,
    clock: socketClock,
    random: options.random ?? (() => 0),
    slowReaders: new SlowReaders({ clock: socketClock, ...options.slowReaders }),
    ...(timeouts ? { http: { timeouts } } : {}),
    ...(initTimeoutMs === undefined ? {} : { initTimeoutMs }),
  });
  const { http, subscriptions: sockets } = server;
  const stop = async (): Promise<void> => {
    await sockets.close();
    await http.close();
    server.fanout.close();
    feeds.close();
  };
  return {
    ...createRequests(await http.listen(0, '127.0.0.1')),
    marketData,
    streams,
    feeds,
    clock,
    log,
    http,
    sockets,
    get counts() {
      return { ...feeds.counts, ...sockets.counts };
    },
    get waiting() {
      return server.admission.waitingCount;
    },
    get memoryBytes() {
      return server.admission.memoryBytes;
    },
    get calls() {
      return counted.calls;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Counts the calls of a market-data port. */
class CallCount {
  calls = 0;
  readonly marketData: MarketData;

  constructor(port: MarketData) {
    const count = <T>(result: T): T => {
      this.calls += 1;
      return result;
    };
    this.marketData = {
      exchanges: () => count(port.exchanges()),
      exchange: (id) => count(port.exchange(id)),
      fetchMarkets: (...args) => count(port.fetchMarkets(...args)),
      fetchTimeframes: (...args) => count(port.fetchTimeframes(...args)),
      fetchTickers: (...args) => count(port.fetchTickers(...args)),
      fetchAllTickers: (...args) => count(port.fetchAllTickers(...args)),
      fetchMarkPrices: (...args) => count(port.fetchMarkPrices(...args)),
      fetchCandles: (...args) => count(port.fetchCandles(...args)),
      fetchOrderBook: (...args) => count(port.fetchOrderBook(...args)),
      fetchTrades: (...args) => count(port.fetchTrades(...args)),
      derivatives: {
        fetchFundingRates: (...args) => count(port.derivatives.fetchFundingRates(...args)),
        fetchFundingRateHistory: (...args) => count(port.derivatives.fetchFundingRateHistory(...args)),
        fetchOpenInterest: (...args) => count(port.derivatives.fetchOpenInterest(...args)),
        fetchOpenInterestHistory: (...args) => count(port.derivatives.fetchOpenInterestHistory(...args)),
      },
    };
  }
}
