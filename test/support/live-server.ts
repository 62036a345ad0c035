import { pino } from 'pino';
import { wireServer } from '../../src/app/wire-server.ts';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { createFeeds, type Feeds } from '../../src/feed/live/feeds.ts';
import { createLiveOperations } from '../../src/feed/live/live-operations.ts';
import { createAddressReader } from '../../src/server/access/address.ts';
import { createGate, type Gate } from '../../src/server/access/gate.ts';
import type { SubscriptionMemoryLimits } from '../../src/server/access/subscription-memory.ts';
import type { HttpServer, RequestTimeouts } from '../../src/server/http/http-server.ts';
import { SlowReaders, type SlowReadersOptions } from '../../src/server/http/slow-readers.ts';
import type { SubscriptionServer } from '../../src/server/websocket/subscription-server.ts';
import { FakeMarketData } from './fake-market-data.ts';
import { FakeStreams } from './fake-streams.ts';
import { createLimits, createMemoryLimits, type Limits } from './limits.ts';

/** The server's WebSocket side on loopback, over an exchange whose answers and streams a test gives. */
export interface LiveServer {
  readonly url: string;
  readonly port: FakeMarketData;
  readonly streams: FakeStreams;
  readonly feeds: Feeds;
  readonly sockets: SubscriptionServer;
  readonly http: HttpServer;
  /** What is open: feeds, sockets, subscriptions and groups. */
  readonly counts: Readonly<Record<string, number>>;
  /** Operations that wait for room. */
  readonly waiting: number;
  /** What open subscriptions keep in memory, by estimate, in bytes. */
  readonly memoryBytes: number;
  stop(): Promise<void>;
}

export interface LiveServerOptions {
  /** How long an operation may wait for its first event. */
  readonly startTimeoutMs?: number;
  readonly limits?: Partial<Limits>;
  readonly subscriptionMemory?: SubscriptionMemoryLimits;
  readonly proxies?: number;
  readonly gate?: Gate;
  readonly timeouts?: RequestTimeouts;
  readonly slowReaders?: Partial<SlowReadersOptions>;
  readonly initTimeoutMs?: number;
  /** Of sockets and requests; the feeds have the system's. */
  readonly socketClock?: Clock;
}

export async function startLiveServer(options: LiveServerOptions = {}): Promise<LiveServer> {
  const clock = systemClock;
  const {
    proxies = 0,
    subscriptionMemory = createMemoryLimits(),
    timeouts,
    initTimeoutMs,
    socketClock = clock,
  } = options;
  const limits = createLimits(options.limits);
  const port = new FakeMarketData(clock);
  const streams = new FakeStreams();
  const log = pino({ level: 'silent' });
  const feeds = createFeeds({
    marketData: port,
    streams,
    openCandles: streams.open,
    clock,
    random: Math.random,
    pollIntervalMs: 20,
    lingerMs: 0,
    silenceMs: 60_000,
    staleMaxMs: 60_000,
    startTimeoutMs: options.startTimeoutMs ?? 10_000,
    onHealth: () => {},
  });
  const { gate = createGate({ addressOf: createAddressReader(proxies) }) } = options;
  const server = wireServer({
    marketData: port,
    live: createLiveOperations({ feeds, marketData: port, clock, timeoutMs: options.startTimeoutMs ?? 10_000 }),
    gate,
    operations: limits.operations,
    socketLimits: limits,
    subscriptionMemory,
    log,
    clock: socketClock,
    slowReaders: new SlowReaders({ clock: socketClock, ...options.slowReaders }),
    ...(timeouts ? { http: { timeouts } } : {}),
    ...(initTimeoutMs === undefined ? {} : { initTimeoutMs }),
  });
  const { http, subscriptions: sockets } = server;
  const number = await http.listen(0, '127.0.0.1');
  return {
    url: `ws://127.0.0.1:${number}/graphql`,
    port,
    streams,
    feeds,
    sockets,
    http,
    get counts() {
      return { ...feeds.counts, ...sockets.counts };
    },
    get waiting() {
      return server.admission.waitingCount;
    },
    get memoryBytes() {
      return server.admission.memoryBytes;
    },
    stop: async () => {
      await sockets.close();
      await http.close();
      feeds.close();
    },
  };
}
