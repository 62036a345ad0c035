import { writeBody } from '../../wire/answer-body.ts';
import { packFrame } from '../../wire/frame.ts';
import type { ExchangeQuery } from '../methods/exchange-query.ts';
import type { Method } from '../methods/method.ts';
import type { RequestOptions } from '../protocol/request-options.ts';
import { DemandMemory } from './demand.ts';
import { toSharedKey } from './shared-key.ts';

/** Larger answers are not shared. */
const maxBytes = 512 * 1024;

/** The longest time that an answer stays in Redis, in ms. */
const maxTtlMs = 60_000;

/**
 * Puts answers of this instance into Redis, for others that ask the same. Only what two instances have asked for within a
 * few seconds is worth it: one alone has the answer in memory.
 */
export class SharedWriter {
  readonly #options: Pick<RequestOptions, 'store' | 'clock' | 'time' | 'key' | 'events'>;
  readonly #demand: DemandMemory;

  constructor(options: Pick<RequestOptions, 'store' | 'clock' | 'time' | 'key' | 'events'>) {
    this.#options = options;
    this.#demand = new DemandMemory(options.clock);
  }

  /** True if parts of the answer are being written. Does not wait for that. */
  offer<Q extends ExchangeQuery, R>(
    method: Method<Q, R>,
    query: Q,
    answer: R,
    { from, fence }: { readonly from: string; readonly fence: number },
  ): boolean {
    const { clock, time } = this.#options;
    const { sharing } = method;
    if (!sharing) return false;
    let isShared = false;
    for (const part of sharing.split(query)) {
      const key = toSharedKey(method, part, time);
      const shared = this.#demand.record(key, from) ? sharing.partOf(answer, part, clock.now()) : null;
      if (!shared) continue;
      isShared = true;
      void this.#write(method, key, shared.answer, shared.usefulUntil, fence);
    }
    return isShared;
  }

  async #write<Q extends ExchangeQuery, R>(
    method: Method<Q, R>,
    name: string,
    answer: R,
    usefulUntil: number,
    fence: number,
  ): Promise<void> {
    const { store, clock, time, key, events } = this.#options;
    try {
      const body = await writeBody(method.answer.write(answer, time));
      const ttlMs = Math.min(maxTtlMs, Math.floor(usefulUntil - clock.now()));
      if (body.length > maxBytes || ttlMs < 1) return;
      await store.set(key(name), packFrame([fence, time.toShared(usefulUntil)], body), ttlMs);
      events.onShared('written');
    } catch {
      // Redis cannot be reached or has no memory left. Others ask this instance, as they would without Redis.
      events.onShared('write_failed');
    }
  }
}
