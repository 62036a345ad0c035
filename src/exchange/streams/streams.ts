import type { Clock } from '../../base/clock.ts';
import { marketKind } from '../../market/market-ref.ts';
import type { MarketStreams } from '../../market/ports/market-streams.ts';
import type { Exchanges } from '../clients/exchanges.ts';
import { RefusedDepths } from './book-depth.ts';
import { StreamPool } from './pool.ts';
import { createSubscription } from './subscription.ts';
import { watches } from './watches.ts';

export interface StreamsOptions {
  readonly exchanges: Exchanges;
  readonly clock: Clock;
  readonly random: () => number;
  /** How long the exchange may take to confirm that a subscription has ended, in ms. */
  readonly timeoutMs: number;
  /** How long a connection may be without a message before it may be taken for dead, in ms. */
  readonly silenceMs: number;
  readonly onError: (exchange: string, error: unknown) => void;
}

/** The streams of all exchanges. */
export interface Streams extends MarketStreams {
  /** How many kinds of markets have streams, or streams that are being closed. */
  readonly poolCount: number;
  /** Ends every stream. Resolves when their sockets are closed. */
  close(): Promise<void>;
}

/** The port of streams over ccxt: one pool of connections for each kind of market of an exchange. */
export function createStreams({ exchanges, onError, ...common }: StreamsOptions): Streams {
  const pools = new Map<string, StreamPool>();
  /** By kind of market. */
  const refusedDepths = new Map<string, RefusedDepths>();
  const closing = new Set<Promise<void>>();

  function poolOf(exchange: string, symbol: string): { readonly key: string; readonly pool: StreamPool } {
    // Kinds of markets have addresses of their own, and where one of them fails the others go on.
    const key = `${exchange} ${marketKind(symbol)}`;
    const known = pools.get(key);
    if (known) return { key, pool: known };
    const pool = new StreamPool({
      ...common,
      exchange,
      openInstance: async () => (await exchanges.get(exchange)).openStreamInstance(),
      onError: (error) => onError(exchange, error),
    });
    pools.set(key, pool);
    return { key, pool };
  }

  function refusedDepthsOf(key: string): RefusedDepths {
    const known = refusedDepths.get(key) ?? new RefusedDepths(common.clock.now);
    refusedDepths.set(key, known);
    return known;
  }

  function track(ending: Promise<void>): void {
    const done = ending.finally(() => closing.delete(done));
    closing.add(done);
  }

  return {
    get poolCount() {
      return pools.size + closing.size;
    },
    offers: (exchange, kind) => {
      const { has } = exchanges.catalogue.get(exchange);
      return exchanges.mayStream(exchange) && watches[kind].capabilities.some((capability) => has.includes(capability));
    },
    open: (request, listener) => {
      const { key, pool } = poolOf(request.exchange, request.symbol);
      const subscription = createSubscription(request, listener, common.clock.now, refusedDepthsOf(key));
      pool.add(subscription);
      return {
        redial: (missed) => pool.redial(subscription, missed),
        close: () => {
          subscription.close();
          track(pool.remove(subscription));
          if (pool.isEmpty && pools.get(key) === pool) pools.delete(key);
        },
      };
    },
    close: async () => {
      for (const pool of pools.values()) track(pool.close());
      pools.clear();
      await Promise.all(closing);
    },
  };
}
