import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';
import { type MarketRef, toMarketKey } from '../../market/market-ref.ts';

/** A live value of one market that a query was answered with. */
interface Served extends MarketRef {
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly stale: boolean;
}

/** Some 100 bytes each. */
const maxMarkets = 20_000;

/**
 * When the last live value of each market was received that a query was answered with. Once a market is no longer live, an
 * older value that was cached before must not answer the next query: prices would go back in time.
 */
export class LastServed {
  readonly #receivedAt = new LRUCache<string, number>({ max: maxMarkets });
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  mark(kind: string, served: Served): void {
    // From a machine whose clock is ahead, it would make everything that is received here next look older.
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
