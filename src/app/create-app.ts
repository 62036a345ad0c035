import type { Logger } from 'pino';
import { type Clock, systemClock } from '../base/clock.ts';
import type { OpenCluster } from '../cluster/cluster-options.ts';
import type { Config } from '../config/load-config.ts';
import { createAddressReader } from '../server/access/address.ts';
import { createGate } from '../server/access/gate.ts';
import { createCors } from '../server/http/messages/cors.ts';
import { Readiness } from '../server/http/readiness.ts';
import { toCloseLabel } from '../server/websocket/close-codes.ts';
import { Metrics } from '../telemetry/metrics/metrics.ts';
import type { Tracing } from '../telemetry/tracing/tracing.ts';
import { App } from './app.ts';
import { toMaxConnections } from './descriptor-limit.ts';
import { toServerLimits } from './server-limits.ts';
import { wireCluster } from './wire-cluster.ts';
import { wireMarketData } from './wire-market-data.ts';
import { type WiredServer, wireServer } from './wire-server.ts';
import { wireTelemetry } from './wire-telemetry.ts';

export interface CreateAppOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** Null if traces are off. The app stops it. */
  readonly tracing?: Tracing | null;
  /** Connects the app to other instances. Null without REDIS_URL. */
  readonly openCluster?: OpenCluster | null;
  /** The maximum number of open files and sockets of the process; null if unknown. */
  readonly descriptorLimit?: number | null;
  /** Returns the number of log lines dropped so far; 0 if left out. */
  readonly droppedLogLines?: () => number;
}

/** An app, and the parts with which commands of the same process ask it. */
export interface WiredApp extends Pick<WiredServer, 'answers' | 'fields' | 'engine' | 'fanout'> {
  readonly app: App;
}

export function createApp(options: CreateAppOptions): App {
  return wireApp(options).app;
}

/** The composition root: the one place that knows every layer. */
export function wireApp(options: CreateAppOptions): WiredApp {
  const { config, log, clock = systemClock, random = Math.random, tracing = null, descriptorLimit = null } = options;
  const { droppedLogLines = () => 0, openCluster = null } = options;
  const telemetry = wireTelemetry({ config, log, clock, descriptorLimit });
  const { recorder, throttled, descriptorLog } = telemetry;
  const cluster = wireCluster({ ...telemetry, config, log, clock, random, openCluster });
  const { marketData, candleTextBytes, live, feeds, streams, exchanges } = wireMarketData({
    ...telemetry,
    cluster,
    config,
    log,
    tracing,
    clock,
    random,
  });
  const { apiKeys, requestsPerMinute, costPerMinute } = config;
  const addressOf = createAddressReader(config.trustedProxies);
  const readiness = new Readiness();
  const metrics = new Metrics(recorder, {
    clock,
    open: () => subscriptions.counts,
    deliveries: () => subscriptions.deliveries,
    feeds: () => feeds.states,
    exchanges: () => exchanges.statuses,
    circuits: () => exchanges.circuits,
    unlisted: () => exchanges.missingMarkets,
    answers: () => server.answers.lookups,
    cluster: () => cluster?.status ?? null,
    memory: () => server.memory,
    candleTextBytes,
    droppedLogLines,
  });
  const quotas = cluster ? { createLimiter: cluster.createLimiter } : {};
  const server = wireServer({
    marketData,
    live,
    log,
    clock,
    random,
    gate: createGate({ apiKeys, requestsPerMinute, costPerMinute, addressOf, ...quotas }),
    cors: createCors(config.corsOrigins),
    corsOrigins: config.corsOrigins,
    ...toServerLimits(config),
    introspection: config.introspection,
    livePage: config.livePage,
    readiness,
    ...(cluster ? { clusterState: () => cluster.status.state } : {}),
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
  const { http, subscriptions, fanout, answers, fields, engine } = server;
  const { port, host, shutdownDelayMs } = config;
  const parts = { http, subscriptions, fanout, readiness, feeds, streams, exchanges, metrics, cluster, tracing };
  const app = new App(parts, { clock, port, host, shutdownDelayMs });
  return { app, answers, fields, engine, fanout };
}
