import type { Logger } from 'pino';
import { createCandleStreams } from './cache/candles/streams.ts';
import { createCachedMarketData } from './cache/market-data.ts';
import { createCircuitLog } from './circuit-log.ts';
import type { Config } from './config.ts';
import { createCatalogue, readCatalogue } from './exchange/catalogue.ts';
import { createExchanges } from './exchange/exchanges.ts';
import { createMarketData } from './exchange/market-data.ts';
import { createStreams } from './exchange/streams/streams.ts';
import { createFeeds, type Feeds } from './feed/feeds.ts';
import { createLiveMarketData } from './feed/live-market-data.ts';
import { type Clock, systemClock } from './market/clock.ts';
import { createGate } from './server/gate.ts';
import { createHttpServer } from './server/http.ts';
import { createSubscriptionServer, type SubscriptionServer } from './server/websocket.ts';
import { createGraphQLServer } from './server/yoga.ts';

/** A whole server, wired together. */
export interface App {
  /** Resolves with the port it listens on. */
  start(): Promise<number>;
  /** Stops accepting, closes sockets with 1001, ends feeds and exchanges; resolves when nothing is open any more. */
  stop(): Promise<void>;
  /** What is live at the moment. */
  readonly counts: Feeds['counts'] & SubscriptionServer['counts'];
}

export interface AppOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly random?: () => number;
}

/** The composition root: the one place that knows every layer. */
export function createApp({ config, log, clock = systemClock, random = Math.random }: AppOptions): App {
  const noteError = (exchange: string, err: unknown): void =>
    log.debug({ exchange, err }, 'a call to the exchange, or one of its streams, failed');
  const exchanges = createExchanges({
    catalogue: createCatalogue(readCatalogue(), config.exchanges),
    exchangeOptions: config.exchangeOptions,
    clock,
    random,
    timeoutMs: config.upstreamTimeoutMs,
    maxQueuedCalls: config.maxQueuedCalls,
    onError: noteError,
    onCircuit: createCircuitLog(log),
  });
  const streams = createStreams({
    exchanges,
    clock,
    random,
    timeoutMs: config.upstreamTimeoutMs,
    patienceMs: config.streamSilenceMs,
    onError: noteError,
  });
  const fetched = createCachedMarketData({
    upstream: createMarketData(exchanges, clock),
    clock,
    tickerTtlMs: config.tickerTtlMs,
    staleMaxMs: config.staleMaxMs,
    upstreamTimeoutMs: config.upstreamTimeoutMs,
  });
  const feeds = createFeeds({
    marketData: fetched,
    streams,
    openCandles: createCandleStreams({
      streams,
      exchange: fetched.exchange,
      fetchCandles: fetched.fetchCandles,
      clock,
    }),
    clock,
    random,
    pollIntervalMs: config.pollIntervalMs,
    lingerMs: config.lingerMs,
    silenceMs: config.streamSilenceMs,
    staleMaxMs: config.staleMaxMs,
    onHealth: (exchange, error) => {
      if (error) log.warn({ exchange, code: error.code }, `polling began to fail: ${error.message}`);
      else log.info({ exchange }, 'polling works again');
    },
  });
  const marketData = createLiveMarketData({ upstream: fetched, feeds, clock, staleMaxMs: config.staleMaxMs });
  const gate = createGate();
  const graphql = createGraphQLServer({ marketData, feeds, gate, log, clock });
  const http = createHttpServer(graphql);
  const subscriptions = createSubscriptionServer({
    server: http.server,
    graphql,
    gate,
    maxSubscriptions: config.maxSubscriptionsPerSocket,
    log,
  });
  async function stop(): Promise<void> {
    const closed = http.close();
    await subscriptions.close();
    feeds.close();
    await Promise.all([closed, streams.close()]);
    await exchanges.close();
  }

  let stopped: Promise<void> | undefined;
  return {
    start: () => http.listen(config.port, config.host),
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
    get counts() {
      return { ...feeds.counts, ...subscriptions.counts };
    },
  };
}
