import type { Logger } from 'pino';
import { type Clock, sleep, systemClock } from '../base/clock.ts';
import { ThrottledLog } from '../base/throttled-log.ts';
import { createCandleStreams } from '../candles/timeframes/streams.ts';
import type { Config } from '../config/load-config.ts';
import { createMarketData } from '../exchange/fetch/create-market-data.ts';
import { createFeeds, type Feeds } from '../feed/live/feeds.ts';
import { createLiveMarketData } from '../feed/live/live-market-data.ts';
import { createLiveOperations } from '../feed/live/live-operations.ts';
import { createAddressReader } from '../server/access/address.ts';
import { createGate } from '../server/access/gate.ts';
import { createCors } from '../server/http/messages/cors.ts';
import { Readiness } from '../server/http/readiness.ts';
import { toCloseLabel } from '../server/websocket/close-codes.ts';
import type { SubscriptionServer } from '../server/websocket/subscription-server.ts';
import { Metrics } from '../telemetry/metrics/metrics.ts';
import { Recorder } from '../telemetry/metrics/recorder.ts';
import type { Tracing } from '../telemetry/tracing/tracing.ts';
import { createCachedMarketData } from './cached-market-data.ts';
import { createDescriptorLog, toLimitWarning, toMaxConnections } from './descriptor-limit.ts';
import { openExchanges } from './open-exchanges.ts';
import { toServerLimits } from './server-limits.ts';
import { wireServer } from './wire-server.ts';

/** A whole server, wired together. */
export interface App {
  /** Resolves with the port it listens on. */
  start(): Promise<number>;
  /**
   * Says that it is not ready for a while (unless `atOnce`), stops accepting, answers the requests under way and closes
   * sockets with 1001, then ends feeds and exchanges. Resolves when nothing is open any more.
   */
  stop(options?: { readonly atOnce?: boolean }): Promise<void>;
  /** What keeps `stop()` from resolving. */
  readonly stillOpen: StillOpen;
  /** What is live at the moment. */
  readonly counts: Feeds['counts'] & SubscriptionServer['counts'];
}

export interface StillOpen {
  /** Requests being answered. */
  readonly requests: number;
  /** WebSockets of clients. */
  readonly sockets: number;
  /** Kinds of markets with streams. */
  readonly streamPools: number;
  /** The ids of exchanges. */
  readonly exchanges: readonly string[];
}

export interface AppOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** Null where nobody asks for traces. Stopped with the server. */
  readonly tracing?: Tracing | null;
  /** How many files and sockets the process may have open; null where nobody knows. */
  readonly descriptorLimit?: number | null;
  /** How many lines of the log were dropped so far; none where left out. */
  readonly droppedLogLines?: () => number;
}

/** 16 random characters are some 96 bits. */
const safeKeyLength = 16;

/** The composition root: the one place that knows every layer. */
export function createApp(options: AppOptions): App {
  const { config, log, clock = systemClock, random = Math.random, tracing = null, descriptorLimit = null } = options;
  const { droppedLogLines = () => 0 } = options;
  const recorder = new Recorder();
  const throttled = new ThrottledLog({ log, clock });
  const descriptorLog = createDescriptorLog(throttled, descriptorLimit);
  const limitWarning = toLimitWarning(descriptorLimit, config.maxSockets);
  if (limitWarning) log.warn(limitWarning);
  const { exchanges, streams } = openExchanges({
    config,
    log,
    throttled,
    descriptorLog,
    recorder,
    tracing,
    clock,
    random,
  });
  const fetched = createCachedMarketData({
    upstream: createMarketData(exchanges, clock),
    clock,
    tickerTtlMs: config.tickerTtlMs,
    staleMaxMs: config.staleMaxMs,
    upstreamTimeoutMs: config.upstreamTimeoutMs,
    onLookup: recorder.recordLookup,
  });
  const feeds = createFeeds({
    marketData: fetched,
    streams,
    openCandles: createCandleStreams({
      streams,
      fetchTimeframes: fetched.fetchTimeframes,
      fetchCandles: fetched.fetchCandles,
      clock,
    }),
    clock,
    random,
    pollIntervalMs: config.pollIntervalMs,
    lingerMs: config.lingerMs,
    silenceMs: config.streamSilenceMs,
    staleMaxMs: config.staleMaxMs,
    startTimeoutMs: config.upstreamTimeoutMs,
    onHealth: (exchange, error) => {
      // The logs of calls and circuits have told the operator already.
      if (!error) return log.debug({ exchange }, `polling ${exchange} works again`);
      const message = `polling ${exchange} began to fail, and what is live of it is marked stale: ${error.message}`;
      log.debug({ exchange, code: error.code }, message);
    },
  });
  const marketData = createLiveMarketData({ upstream: fetched, feeds, clock, staleMaxMs: config.staleMaxMs });
  const live = createLiveOperations({ feeds, marketData, clock, timeoutMs: config.upstreamTimeoutMs });
  if (config.apiKeys.some((key) => key.length < safeKeyLength)) {
    log.warn(`a key of API_KEYS has fewer than ${safeKeyLength} characters, which can be guessed`);
  }
  const { apiKeys, requestsPerMinute, costPerMinute } = config;
  const addressOf = createAddressReader(config.trustedProxies);
  const gate = createGate({ apiKeys, requestsPerMinute, costPerMinute, addressOf });
  const cors = createCors(config.corsOrigins);
  const readiness = new Readiness();
  const metrics = new Metrics(recorder, {
    clock,
    open: () => server.subscriptions.counts,
    deliveries: () => server.subscriptions.deliveries,
    feeds: () => feeds.states,
    exchanges: () => exchanges.statuses,
    circuits: () => exchanges.circuits,
    unlisted: () => exchanges.missingMarkets,
    answers: () => server.answers.lookups,
    memory: () => server.memory,
    droppedLogLines,
  });
  const server = wireServer({
    marketData,
    live,
    log,
    clock,
    gate,
    cors,
    ...toServerLimits(config),
    introspection: config.introspection,
    readiness,
    metrics: metrics.handle,
    tracer: tracing,
    events: {
      onRequest: recorder.recordRequest,
      onRoute: recorder.recordRoute,
      onDeclined: recorder.recordDeclined,
      onDocument: (isHit) => recorder.recordLookup('documents', isHit),
      onInternalError: recorder.recordInternalError,
      onSocketClose: (code) => recorder.recordSocketClose(toCloseLabel(code)),
    },
    http: {
      maxConnections: descriptorLimit === null ? null : toMaxConnections(descriptorLimit),
      onRefusal: descriptorLog.onRefusal,
      onError: (err) => {
        if (descriptorLog.onError(err)) return;
        throttled.write('error', 'connections', { err }, 'a connection could not be taken');
      },
    },
  });
  const { http, subscriptions } = server;

  async function start(): Promise<number> {
    const port = await http.listen(config.port, config.host);
    readiness.markReady();
    return port;
  }

  async function stop(delayMs: number): Promise<void> {
    readiness.markStopping();
    // What is not listening yet cannot stop listening.
    await started?.catch(() => {});
    if (delayMs > 0) await sleep(clock, delayMs);
    await Promise.all([http.close(), subscriptions.close()]);
    feeds.close();
    metrics.close();
    await streams.close();
    await exchanges.close();
    await tracing?.stop();
  }

  let started: Promise<number> | undefined;
  let stopped: Promise<void> | undefined;
  return {
    start: () => {
      started ??= start();
      return started;
    },
    stop: ({ atOnce = false } = {}) => {
      stopped ??= stop(atOnce ? 0 : config.shutdownDelayMs);
      return stopped;
    },
    get stillOpen() {
      return {
        requests: http.requestCount,
        sockets: subscriptions.counts.sockets,
        streamPools: streams.poolCount,
        exchanges: exchanges.openIds,
      };
    },
    get counts() {
      return { ...feeds.counts, ...subscriptions.counts };
    },
  };
}
