import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';
import { type MarketRef, toMarketKey } from '../../market/market-ref.ts';

/** A live value of one market that was the answer to a query. */
interface Served extends MarketRef {
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly stale: boolean;
}

/** One market takes about 100 bytes. */
const maxMarkets = 20_000;

/**
 * Remembers, for each market, when the newest live value that answered a query was received. Once a market is no longer
 * live, an older value in a cache must not answer the next query: prices would go back in time.
 */
export class LastServed {
  readonly #receivedAt = new LRUCache<string, number>({ max: maxMarkets });
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  mark(kind: string, served: Served): void {
    // A time from a machine whose clock is ahead would make every later value of this machine look older.
    this.#receivedAt.set(toKey(kind, served), Math.min(served.receivedAt, this.#clock.now()));
  }

  /** True when a newer value was served than this one, unless this one is marked stale. */
  isNewer(kind: string, value: Served): boolean {
    if (value.stale) return false;
    const servedAt = this.#receivedAt.get(toKey(kind, value));
    return servedAt !== undefined && value.receivedAt < servedAt;
  }
}

function toKey(kind: string, market: MarketRef): string {
  return `${kind}\n${toMarketKey(market)}`;
}
