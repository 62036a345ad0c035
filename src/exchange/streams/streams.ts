import type { Clock } from '../../base/clock.ts';
import { marketKind } from '../../market/market-ref.ts';
import type {
  MarketStreams,
  Stream,
  StreamKind,
  StreamListener,
  StreamMessages,
  StreamRequest,
} from '../../market/ports/market-streams.ts';
import type { Exchanges } from '../clients/exchanges.ts';
import { StreamBatchSizes } from '../learned/stream-batches.ts';
import { RefusedDepths } from './book-depth.ts';
import { StreamPool } from './pool.ts';
import { StreamSubscription } from './subscription.ts';
import { createWatch } from './watches/watches.ts';

export interface StreamsOptions {
  readonly exchanges: Exchanges;
  readonly clock: Clock;
  readonly random: () => number;
  /** How long the exchange may take to confirm an unsubscription, in ms. */
  readonly timeoutMs: number;
  /** How long a connection may be without a message before it may be dead, in ms. */
  readonly silenceMs: number;
  readonly onError: (exchange: string, error: unknown) => void;
}

/** The streams of all exchanges over ccxt: one pool of connections for each kind of market of an exchange. */
export class ExchangeStreams implements MarketStreams {
  readonly #options: StreamsOptions;
  readonly #pools = new Map<string, StreamPool>();
  /** By exchange and kind of market. */
  readonly #refusedDepths = new Map<string, RefusedDepths>();
  /** By exchange and kind of market. */
  readonly #batchSizes = new Map<string, StreamBatchSizes>();
  readonly #closing = new Set<Promise<void>>();

  constructor(options: StreamsOptions) {
    this.#options = options;
  }

  /** How many kinds of market have streams, or streams that are being closed. */
  get poolCount(): number {
    return this.#pools.size + this.#closing.size;
  }

  offers(exchange: string, kind: StreamKind): boolean {
    const { exchanges } = this.#options;
    const { has } = exchanges.catalogue.get(exchange);
    return (
      exchanges.mayStream(exchange) && createWatch[kind]().capabilities.some((capability) => has.includes(capability))
    );
  }

  open<K extends StreamKind>(request: StreamRequest<K>, listener: StreamListener<StreamMessages[K]>): Stream {
    const { exchange, symbol } = request;
    // Each kind of market has its own URL, and when one of them fails the others continue.
    const key = `${exchange} ${marketKind(symbol)}`;
    const pool = this.#poolOf(key, exchange);
    const { now } = this.#options.clock;
    const subscription = new StreamSubscription(request, listener, now, this.#refusedDepthsOf(key));
    pool.add(subscription);
    return {
      redial: (missed) => pool.reconnect(subscription, missed),
      close: () => {
        subscription.close();
        this.#track(pool.remove(subscription));
        if (pool.isEmpty && this.#pools.get(key) === pool) this.#pools.delete(key);
      },
    };
  }

  /** Ends every stream. Resolves when their sockets are closed. */
  async close(): Promise<void> {
    for (const pool of this.#pools.values()) this.#track(pool.close());
    this.#pools.clear();
    await Promise.all(this.#closing);
  }

  #poolOf(key: string, exchange: string): StreamPool {
    const known = this.#pools.get(key);
    if (known) return known;
    const { exchanges, clock, random, timeoutMs, silenceMs, onError } = this.#options;
    const pool = new StreamPool({
      ...{ exchange, clock, random, timeoutMs, silenceMs },
      batchSizes: this.#batchSizesOf(key),
      openInstance: async () => (await exchanges.get(exchange)).openStreamInstance(),
      onError: (error) => onError(exchange, error),
    });
    this.#pools.set(key, pool);
    return pool;
  }

  #refusedDepthsOf(key: string): RefusedDepths {
    const known = this.#refusedDepths.get(key) ?? new RefusedDepths(this.#options.clock.now);
    this.#refusedDepths.set(key, known);
    return known;
  }

  #batchSizesOf(key: string): StreamBatchSizes {
    const known = this.#batchSizes.get(key) ?? new StreamBatchSizes(this.#options.clock);
    this.#batchSizes.set(key, known);
    return known;
  }

  #track(ending: Promise<void>): void {
    const done = ending.finally(() => this.#closing.delete(done));
    this.#closing.add(done);
  }
}
