import { type Clock, sleep } from '../base/clock.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Feeds } from '../feed/live/feeds.ts';
import type { Fanout } from '../server/fanout/fanout.ts';
import type { HttpServer } from '../server/http/http-server.ts';
import type { Readiness } from '../server/http/readiness.ts';
import type { SubscriptionServer } from '../server/websocket/subscription-server.ts';

/** What prevents `stop()` from resolving. */
export interface StillOpen {
  /** Requests that are not answered yet. */
  readonly requests: number;
  /** WebSockets of clients. */
  readonly sockets: number;
  /** Kinds of markets with streams. */
  readonly streamPools: number;
  /** The ids of exchanges. */
  readonly exchanges: readonly string[];
  /** Connections to Redis. */
  readonly clusterConnections: number;
}

export interface AppParts {
  readonly http: Pick<HttpServer, 'listen' | 'close' | 'requestCount'>;
  readonly subscriptions: Pick<SubscriptionServer, 'close' | 'counts'>;
  /** Closed after the connections of clients. */
  readonly fanout: Pick<Fanout, 'close'>;
  readonly readiness: Readiness;
  readonly feeds: Pick<Feeds, 'close' | 'counts'>;
  readonly streams: { readonly poolCount: number; close(): Promise<void> };
  readonly exchanges: { readonly openIds: readonly string[]; close(): Promise<void> };
  /** Closed after the feeds, before the streams. */
  readonly metrics: { close(): void };
  /** Null without other instances. Started first, and closed after the feeds, before the streams. */
  readonly cluster: Pick<Cluster, 'start' | 'handOver' | 'close' | 'connectionCount'> | null;
  /** Null without traces. Stopped last. */
  readonly tracing: { stop(): Promise<void> } | null;
}

export interface AppOptions {
  readonly clock: Clock;
  readonly port: number;
  readonly host: string;
  /** How long the server continues after it has reported that it is not ready, in ms. */
  readonly shutdownDelayMs: number;
}

/**
 * How long giving the exchanges to other instances may delay a stop, in ms. It takes a few commands of Redis; without
 * Redis, the others notice by themselves that this instance has left.
 */
const maxHandOverMs = 1500;

/** The same after a crash. */
const maxCrashHandOverMs = 500;

/** A whole server, which starts once and stops once. */
export class App {
  readonly #parts: AppParts;
  readonly #options: AppOptions;
  #started: Promise<number> | null = null;
  #stopped: Promise<void> | null = null;

  constructor(parts: AppParts, options: AppOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /** Resolves with the port on which the server listens. */
  start(): Promise<number> {
    this.#started ??= this.#start();
    return this.#started;
  }

  /** Starts everything except the server, for a command that answers requests of its own process only. */
  open(): Promise<void> {
    return this.#parts.cluster?.start() ?? Promise.resolve();
  }

  /**
   * First reports for a while that the server is not ready (unless `atOnce`), and gives its exchanges to other instances
   * meanwhile. Then stops accepting connections, answers the requests in progress, closes sockets with 1001, and ends
   * feeds and exchanges. Resolves when nothing is open any longer.
   */
  stop({ atOnce = false }: { readonly atOnce?: boolean } = {}): Promise<void> {
    this.#stopped ??= atOnce
      ? this.#stop(0, maxCrashHandOverMs)
      : this.#stop(this.#options.shutdownDelayMs, maxHandOverMs);
    return this.#stopped;
  }

  get stillOpen(): StillOpen {
    const { http, subscriptions, streams, exchanges, cluster } = this.#parts;
    return {
      requests: http.requestCount,
      sockets: subscriptions.counts.sockets,
      streamPools: streams.poolCount,
      exchanges: exchanges.openIds,
      clusterConnections: cluster?.connectionCount ?? 0,
    };
  }

  /** Numbers of what is live at the moment. */
  get counts(): Feeds['counts'] & SubscriptionServer['counts'] {
    return { ...this.#parts.feeds.counts, ...this.#parts.subscriptions.counts };
  }

  async #start(): Promise<number> {
    const { http, readiness, cluster } = this.#parts;
    await cluster?.start();
    const port = await http.listen(this.#options.port, this.#options.host);
    readiness.markReady();
    return port;
  }

  async #stop(delayMs: number, handOverMs: number): Promise<void> {
    const { http, subscriptions, fanout, readiness, feeds, metrics, cluster, streams, exchanges, tracing } =
      this.#parts;
    readiness.markStopping();
    // A server that does not listen yet cannot stop listening.
    await this.#started?.catch(() => {});
    // Until the connections of clients are closed, they receive what the other instances send.
    const delay = delayMs > 0 ? sleep(this.#options.clock, delayMs) : null;
    await Promise.all([delay, this.#handOver(handOverMs)]);
    await Promise.all([http.close(), subscriptions.close()]);
    fanout.close();
    feeds.close();
    metrics.close();
    await cluster?.close();
    await streams.close();
    await exchanges.close();
    await tracing?.stop();
  }

  async #handOver(withinMs: number): Promise<void> {
    const { cluster } = this.#parts;
    if (!cluster) return;
    const timer = new AbortController();
    await Promise.race([cluster.handOver().catch(() => {}), sleep(this.#options.clock, withinMs, timer.signal)]);
    timer.abort();
  }
}
