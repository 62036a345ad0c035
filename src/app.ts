import type { Logger } from 'pino';
import { createCachedMarketData } from './cache/market-data.ts';
import type { Config } from './config.ts';
import { createCatalogue, readCatalogue } from './exchange/catalogue.ts';
import { createExchanges } from './exchange/exchanges.ts';
import { createMarketData } from './exchange/market-data.ts';
import { createFeeds, type Feeds } from './feed/feeds.ts';
import { type Clock, systemClock } from './market/clock.ts';
import { createHttpServer } from './server/http.ts';
import { createSubscriptionServer } from './server/websocket.ts';
import { createGraphQLServer } from './server/yoga.ts';

/** A whole server, wired together. */
export interface App {
  /** Resolves with the port it listens on. */
  start(): Promise<number>;
  /** Stops accepting, closes sockets with 1001, ends feeds and exchanges; resolves when nothing is open any more. */
  stop(): Promise<void>;
  /** What is live at the moment. */
  readonly counts: Feeds['counts'] & { readonly sockets: number };
}

export interface AppOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly random?: () => number;
}

/** The composition root: the one place that knows every layer. */
export function createApp({ config, log, clock = systemClock, random = Math.random }: AppOptions): App {
  const exchanges = createExchanges({
    catalogue: createCatalogue(readCatalogue(), config.exchanges),
    exchangeOptions: config.exchangeOptions,
    clock,
    random,
    timeoutMs: config.upstreamTimeoutMs,
    onError: (exchange, err) => log.debug({ exchange, err }, 'a call to the exchange failed'),
  });
  const marketData = createCachedMarketData({
    upstream: createMarketData(exchanges, clock),
    clock,
    tickerTtlMs: config.tickerTtlMs,
    staleMaxMs: config.staleMaxMs,
  });
  const feeds = createFeeds({
    marketData,
    clock,
    random,
    pollIntervalMs: config.pollIntervalMs,
    lingerMs: config.lingerMs,
    staleMaxMs: config.staleMaxMs,
    onHealth: (exchange, error) => {
      if (error) log.warn({ exchange, code: error.code }, `polling began to fail: ${error.message}`);
      else log.info({ exchange }, 'polling works again');
    },
  });
  const graphql = createGraphQLServer({ marketData, feeds, log });
  const http = createHttpServer(graphql);
  const subscriptions = createSubscriptionServer({
    server: http.server,
    graphql,
    maxSubscriptions: config.maxSubscriptionsPerSocket,
    log,
  });
  async function stop(): Promise<void> {
    const closed = http.close();
    await subscriptions.close();
    feeds.close();
    await closed;
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
      return { ...feeds.counts, sockets: subscriptions.socketCount };
    },
  };
}
