import type { Logger } from 'pino';
import { type Clock, sleep, systemClock } from '../base/clock.ts';
import { ThrottledLog } from '../base/throttled-log.ts';
import type { Config } from '../config/load-config.ts';
import type { Feeds } from '../feed/live/feeds.ts';
import { createAddressReader } from '../server/access/address.ts';
import { createGate } from '../server/access/gate.ts';
import { createCors } from '../server/http/messages/cors.ts';
import { Readiness } from '../server/http/readiness.ts';
import { toCloseLabel } from '../server/websocket/close-codes.ts';
import type { SubscriptionServer } from '../server/websocket/subscription-server.ts';
import { Metrics } from '../telemetry/metrics/metrics.ts';
import { Recorder } from '../telemetry/metrics/recorder.ts';
import type { Tracing } from '../telemetry/tracing/tracing.ts';
import { createDescriptorLog, toLimitWarning, toMaxConnections } from './descriptor-limit.ts';
import { toServerLimits } from './server-limits.ts';
import { wireMarketData } from './wire-market-data.ts';
import { wireServer } from './wire-server.ts';

/** A whole server, wired together. */
export interface App {
  /** Resolves with the port on which it listens. */
  start(): Promise<number>;
  /**
   * First reports for a while that it is not ready (unless `atOnce`). Then stops accepting connections, answers the
   * requests in progress, closes sockets with 1001, and ends feeds and exchanges. Resolves when nothing is open any
   * longer.
   */
  stop(options?: { readonly atOnce?: boolean }): Promise<void>;
  /** What prevents `stop()` from resolving. */
  readonly stillOpen: StillOpen;
  /** Numbers of what is live at the moment. */
  readonly counts: Feeds['counts'] & SubscriptionServer['counts'];
}

export interface StillOpen {
  /** Requests that are being answered. */
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
  /** Null if traces are off. Stopped with the server. */
  readonly tracing?: Tracing | null;
  /** The maximum number of open files and sockets of the process; null if unknown. */
  readonly descriptorLimit?: number | null;
  /** Returns the number of log lines dropped so far; 0 if left out. */
  readonly droppedLogLines?: () => number;
}

/** 16 random characters have about 96 bits. */
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
  const { marketData, live, feeds, streams, exchanges } = wireMarketData({
    config,
    log,
    throttled,
    descriptorLog,
    recorder,
    tracing,
    clock,
    random,
  });
  if (config.apiKeys.some((key) => key.length < safeKeyLength)) {
    log.warn(`a key of API_KEYS has fewer than ${safeKeyLength} characters, which is easy to guess`);
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
        throttled.write('error', 'connections', { err }, 'a connection could not be accepted');
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
    // A server that does not listen yet cannot stop listening.
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
