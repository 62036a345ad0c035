import { type Clock, sleep } from '../base/clock.ts';
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
}

export interface AppParts {
  readonly http: HttpServer;
  readonly subscriptions: SubscriptionServer;
  /** Closed after the connections of clients. */
  readonly fanout: Pick<Fanout, 'close'>;
  readonly readiness: Readiness;
  readonly feeds: Pick<Feeds, 'close' | 'counts'>;
  readonly streams: { readonly poolCount: number; close(): Promise<void> };
  readonly exchanges: { readonly openIds: readonly string[]; close(): Promise<void> };
  /** Closed after the feeds, before the streams. */
  readonly metrics: { close(): void };
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

  /**
   * First reports for a while that the server is not ready (unless `atOnce`). Then stops accepting connections, answers
   * the requests in progress, closes sockets with 1001, and ends feeds and exchanges. Resolves when nothing is open any
   * longer.
   */
  stop({ atOnce = false }: { readonly atOnce?: boolean } = {}): Promise<void> {
    this.#stopped ??= this.#stop(atOnce ? 0 : this.#options.shutdownDelayMs);
    return this.#stopped;
  }

  get stillOpen(): StillOpen {
    const { http, subscriptions, streams, exchanges } = this.#parts;
    return {
      requests: http.requestCount,
      sockets: subscriptions.counts.sockets,
      streamPools: streams.poolCount,
      exchanges: exchanges.openIds,
    };
  }

  /** Numbers of what is live at the moment. */
  get counts(): Feeds['counts'] & SubscriptionServer['counts'] {
    return { ...this.#parts.feeds.counts, ...this.#parts.subscriptions.counts };
  }

  async #start(): Promise<number> {
    const { http, readiness } = this.#parts;
    const port = await http.listen(this.#options.port, this.#options.host);
    readiness.markReady();
    return port;
  }

  async #stop(delayMs: number): Promise<void> {
    const { http, subscriptions, fanout, readiness, feeds, metrics, streams, exchanges, tracing } = this.#parts;
    readiness.markStopping();
    // A server that does not listen yet cannot stop listening.
    await this.#started?.catch(() => {});
    if (delayMs > 0) await sleep(this.#options.clock, delayMs);
    await Promise.all([http.close(), subscriptions.close()]);
    fanout.close();
    feeds.close();
    metrics.close();
    await streams.close();
    await exchanges.close();
    await tracing?.stop();
  }
}
