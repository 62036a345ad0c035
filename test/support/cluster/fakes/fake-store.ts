import type { Clock } from '../../../../src/base/clock.ts';
import { RedisUnavailable } from '../../../../src/cluster/connection/bus.ts';
import type { SharedStore } from '../../../../src/cluster/connection/shared-store.ts';

/** The shared store, in memory. */
export class FakeStore implements SharedStore {
  /** How often each was called, with how many keys. */
  readonly reads: (readonly string[])[] = [];
  readonly writes: { readonly key: string; readonly value: Buffer; readonly ttlMs: number }[] = [];
  isDown = false;
  /** True while nothing can be written. */
  isFull = false;
  /** True while no read is answered. */
  hangs = false;
  readonly #clock: Clock;
  readonly #values = new Map<string, { readonly value: Buffer; readonly until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async get(keys: readonly string[]): Promise<readonly (Buffer | null)[]> {
    this.reads.push(keys);
    if (this.isDown) throw new RedisUnavailable('Redis cannot be reached');
    if (this.hangs) return new Promise(() => {});
    return keys.map((key) => {
      const known = this.#values.get(key);
      return known && known.until > this.#clock.now() ? known.value : null;
    });
  }

  async set(key: string, value: Buffer, ttlMs: number): Promise<void> {
    if (this.isDown || this.isFull) throw new RedisUnavailable('Redis is out of memory');
    this.writes.push({ key, value, ttlMs });
    this.#values.set(key, { value, until: this.#clock.now() + ttlMs });
  }
}
