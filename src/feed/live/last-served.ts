import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';
import { MarketDataError } from '../../market/errors.ts';

/** A live value of one market that a query was answered with. */
interface Served {
  readonly exchange: string;
  readonly symbol: string;
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

  mark(kind: string, { exchange, symbol, receivedAt }: Served): void {
    // From a machine whose clock is ahead, it would make everything that is received here next look older.
    this.#receivedAt.set(`${kind}\n${exchange}\n${symbol}`, Math.min(receivedAt, this.#clock.now()));
  }

  /** True when a newer value was served than this one, unless this one is marked stale. */
  isNewer(kind: string, value: Served | MarketDataError): boolean {
    if (value instanceof MarketDataError || value.stale) return false;
    const servedAt = this.#receivedAt.get(`${kind}\n${value.exchange}\n${value.symbol}`);
    return servedAt !== undefined && value.receivedAt < servedAt;
  }
}
