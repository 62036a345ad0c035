import { LRUCache } from 'lru-cache';
import type { Clock } from '../../../base/clock.ts';

interface Demand {
  /** The instance that asked last, and when, epoch ms. */
  readonly instance: string;
  readonly at: number;
  /** When another instance than that asked last, epoch ms. */
  readonly otherAt: number;
}

/** An answer is shared while at least two instances have asked for it within this time, in ms. */
export const demandMs = 10_000;

const maxKeys = 20_000;

/** Remembers which instances ask for what: an answer that only one of them wants need not be written to Redis. */
export class DemandMemory {
  readonly #clock: Clock;
  readonly #demands = new LRUCache<string, Demand>({ max: maxKeys });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Records that an instance asks. True if another one has asked for the same a moment ago. */
  record(key: string, instance: string): boolean {
    const at = this.#clock.now();
    const known = this.#demands.get(key);
    const otherAt = !known ? Number.NEGATIVE_INFINITY : known.instance === instance ? known.otherAt : known.at;
    this.#demands.set(key, { instance, at, otherAt });
    return at - otherAt < demandMs;
  }
}
