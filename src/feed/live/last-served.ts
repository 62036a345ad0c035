import { LRUCache } from 'lru-cache';
import { type MarketRef, toMarketKey } from '../../market/market-ref.ts';

/** A value that queries get. */
interface Served extends MarketRef {
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly stale: boolean;
}

/** Some 100 bytes each. */
const maxMarkets = 20_000;

/**
 * When the newest live value of each market was received that a query got. Once a market is no longer live, a value that
 * was fetched earlier must not follow it.
 */
export class LastServed {
  readonly #receivedAt = new LRUCache<string, number>({ max: maxMarkets });

  mark(kind: string, served: Served): void {
    this.#receivedAt.set(toKey(kind, served), served.receivedAt);
  }

  /** True if a query got something newer than this value, unless the value is marked stale anyway. */
  isNewer(kind: string, value: Served): boolean {
    if (value.stale) return false;
    const receivedAt = this.#receivedAt.get(toKey(kind, value));
    return receivedAt !== undefined && value.receivedAt < receivedAt;
  }
}

function toKey(kind: string, market: MarketRef): string {
  return `${kind}\n${toMarketKey(market)}`;
}
