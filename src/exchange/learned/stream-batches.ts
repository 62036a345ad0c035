import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';

const rememberMs = 3_600_000;

/**
 * How many subscriptions one kind of market accepts in one message, learned from what the exchange refused and then
 * accepted in smaller messages, by kind of data. Forgotten after an hour, because the refusal may have been a mistake.
 */
export class StreamBatchSizes {
  readonly #sizes: LRUCache<string, number>;

  constructor(clock: Clock) {
    this.#sizes = new LRUCache({ max: 100, ttl: rememberMs, ttlResolution: 0, perf: clock });
  }

  /** The size that is known to be accepted; infinite as long as no other one was refused. */
  maxOf(kind: string): number {
    return this.#sizes.get(kind) ?? Number.POSITIVE_INFINITY;
  }

  learn(kind: string, size: number): void {
    this.#sizes.set(kind, size);
  }
}
