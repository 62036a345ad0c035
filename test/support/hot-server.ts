import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { pino } from 'pino';
import { createCachedMarketData } from '../../src/app/cached-market-data.ts';
import { createFeeds, type Feeds } from '../../src/feed/live/feeds.ts';
import { createLiveMarketData } from '../../src/feed/live/live-market-data.ts';
import { createLiveOperations } from '../../src/feed/live/live-operations.ts';
import type { MarketData } from '../../src/market/ports/market-data.ts';
import { createGate, type Gate } from '../../src/server/access/gate.ts';
import { createGraphQLServer } from '../../src/server/graphql/pipeline.ts';
import type { Cors } from '../../src/server/http/cors.ts';
import { createHttpServer } from '../../src/server/http/http-server.ts';
import { createSubscriptionServer } from '../../src/server/websocket/subscription-server.ts';
import { FakeMarketData } from './fake-market-data.ts';
import { FakeStreams } from './fake-streams.ts';
import { createLimits, createSubscriptionMemory } from './limits.ts';
import { SkippingClock } from './skipping-clock.ts';

export const ttlMs = 1000;
export const staleMaxMs = 60_000;

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** A server with its caches and feeds over an exchange whose answers a test gives, and a clock that it can put on. */
export interface HotServer {
  readonly port: FakeMarketData;
  readonly streams: FakeStreams;
  readonly feeds: Feeds;
  readonly clock: SkippingClock;
  readonly url: string;
  /** How many calls resolvers have made: of the port that they see, whatever answers. */
  readonly calls: () => number;
  send(request: RawRequest): Promise<RawAnswer>;
  /** POSTs a query. */
  post(query: string, headers?: Readonly<Record<string, string>>, more?: object): Promise<RawAnswer>;
  get(query: string, headers?: Readonly<Record<string, string>>): Promise<RawAnswer>;
  stop(): Promise<void>;
}

export interface HotServerOptions {
  readonly gate?: Gate;
  readonly cors?: Cors;
}

export async function startHotServer({ gate = createGate(), ...cors }: HotServerOptions = {}): Promise<HotServer> {
  const clock = new SkippingClock();
  const port = new FakeMarketData(clock);
  const streams = new FakeStreams();
  const log = pino({ level: 'silent' });
  const fetched = createCachedMarketData({
    upstream: port,
    clock,
    tickerTtlMs: ttlMs,
    staleMaxMs,
    upstreamTimeoutMs: 10_000,
  });
  const feeds = createFeeds({
    marketData: fetched,
    streams,
    openCandles: streams.open,
    clock,
    random: () => 0,
    pollIntervalMs: 60_000,
    lingerMs: 0,
    silenceMs: 60_000,
    staleMaxMs,
    startTimeoutMs: 10_000,
    onHealth: () => {},
  });
  const live = createLiveMarketData({ upstream: fetched, feeds, clock, staleMaxMs });
  let calls = 0;
  const counted = <R>(answer: () => R): R => {
    calls += 1;
    return answer();
  };
  const marketData: MarketData = {
    exchanges: () => counted(() => live.exchanges()),
    exchange: (id) => counted(() => live.exchange(id)),
    fetchMarkets: (exchange) => counted(() => live.fetchMarkets(exchange)),
    fetchTimeframes: (exchange, symbol) => counted(() => live.fetchTimeframes(exchange, symbol)),
    fetchTickers: (exchange, symbols, options) => counted(() => live.fetchTickers(exchange, symbols, options)),
    fetchCandles: (query, options) => counted(() => live.fetchCandles(query, options)),
    fetchOrderBook: (query, options) => counted(() => live.fetchOrderBook(query, options)),
    fetchTrades: (query, options) => counted(() => live.fetchTrades(query, options)),
  };
  const limits = createLimits();
  const graphql = createGraphQLServer({
    marketData,
    live: createLiveOperations({ feeds, marketData: fetched, clock, timeoutMs: 10_000 }),
    gate,
    ...cors,
    openOperations: limits.operations,
    subscriptionMemory: createSubscriptionMemory(),
    log,
    clock,
  });
  const http = createHttpServer(graphql, { gate, ...cors });
  const sockets = createSubscriptionServer({ server: http.server, graphql, gate, ...cors, limits, log });
  const number = await http.listen(0, '127.0.0.1');

  const send = ({ method = 'GET', path = '/graphql', headers = {}, body }: RawRequest): Promise<RawAnswer> =>
    new Promise((resolve, reject) => {
      const request = httpRequest({ host: '127.0.0.1', port: number, method, path, headers: { ...headers } });
      request.on('error', reject);
      request.on('response', async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        });
      });
      request.end(body);
    });

  return {
    port,
    streams,
    feeds,
    clock,
    url: `http://127.0.0.1:${number}/graphql`,
    calls: () => calls,
    send,
    post: (query, headers = {}, more = {}) => {
      const body = JSON.stringify({ query, ...more });
      return send({ method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
    },
    get: (query, headers = {}) => send({ path: `/graphql?query=${encodeURIComponent(query)}`, headers }),
    stop: async () => {
      await sockets.close();
      await http.close();
      feeds.close();
    },
  };
}
