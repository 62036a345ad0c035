import type { Clock } from '../../base/clock.ts';
import type { SharedBytes } from '../../market/ports/shared-bytes.ts';
import type { Namespace } from '../connection/namespace.ts';
import { createScript, type RedisScript } from '../connection/redis-script.ts';
import type { SharedStore } from '../connection/shared-store.ts';
import { BoundedCalls } from './bounded-calls.ts';

/** The part of a connection to Redis that runs scripts. */
export interface ScriptRunner {
  /** Rejects with RedisUnavailable. */
  run(script: RedisScript, keys: readonly string[], args: readonly string[]): Promise<unknown>;
}

export interface BoundedBytesOptions {
  readonly store: SharedStore & ScriptRunner;
  readonly namespace: Pick<Namespace, 'key'>;
  readonly clock: Clock;
  /** How many bytes all values together may take; 64 MB by default. */
  readonly maxBytes?: number;
  /** Called for each value that was to be written: false if it was not, because Redis does not answer or refuses it. */
  readonly onWritten?: (isWritten: boolean) => void;
}

/** How long a query may wait for shared values, in ms. Without them it asks the owner, which takes about as long. */
const readTimeoutMs = 100;

/** More values at a time are not written: they would fill the memory of this process while Redis is slow. */
const maxWrites = 200;

/** What Redis needs for a value besides its bytes, about: the value's key, and its name and size in the index. */
const overheadBytes = 400;

/**
 * Makes place for a value: enters its size, and drops the values that were not used for longest. The field '' of the
 * sizes is their sum, so that both are lost together. A value that has expired counts until it is dropped here. Returns 0
 * if there is no place, because the value alone is too large.
 */
const reserve = createScript(`
local name, size, max = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local known = tonumber(redis.call('HGET', KEYS[2], name) or 0)
redis.call('HSET', KEYS[2], name, size)
redis.call('ZADD', KEYS[1], now, name)
local sum = redis.call('HINCRBY', KEYS[2], '', size - known)
while sum > max do
  local oldest = redis.call('ZPOPMIN', KEYS[1])
  if #oldest == 0 then
    redis.call('DEL', KEYS[2])
    break
  end
  local dropped = tonumber(redis.call('HGET', KEYS[2], oldest[1]) or 0)
  redis.call('HDEL', KEYS[2], oldest[1])
  redis.call('DEL', ARGV[4] .. oldest[1])
  sum = redis.call('HINCRBY', KEYS[2], '', -dropped)
end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
return redis.call('ZSCORE', KEYS[1], name) and 1 or 0
`);

const touch = createScript(`
for _, name in ipairs(ARGV) do
  redis.call('ZADD', KEYS[1], 'XX', now, name)
end
return 0
`);

/** The index outlives the values by this, in ms. */
const indexTtlMs = 2 * 24 * 60 * 60_000;

/**
 * Bytes that instances share in Redis, up to a total size: the least recently used are dropped, whatever the memory policy
 * of Redis is. Without Redis, nothing is known and nothing is kept.
 *
 * Redis writes the value itself with a plain command, which it refuses while it is out of memory. Only the index is
 * written even then.
 */
export class BoundedBytes implements SharedBytes {
  readonly #options: BoundedBytesOptions;
  readonly #reads: BoundedCalls;
  readonly #index: readonly [uses: string, sizes: string];
  readonly #prefix: string;
  readonly #maxBytes: number;
  #writeCount = 0;

  constructor(options: BoundedBytesOptions) {
    const { namespace, clock, maxBytes = 64 * 1024 * 1024 } = options;
    this.#options = options;
    this.#reads = new BoundedCalls({ clock, timeoutMs: readTimeoutMs });
    this.#index = [namespace.key('bytes-uses'), namespace.key('bytes-sizes')];
    this.#prefix = namespace.key('bytes:');
    this.#maxBytes = maxBytes;
  }

  async get(keys: readonly string[]): Promise<readonly (Buffer | null)[]> {
    const { store } = this.#options;
    try {
      const values = await this.#reads.run(() => store.get(keys.map((key) => this.#prefix + key)));
      const found = keys.filter((_, index) => values[index]);
      if (found.length > 0) store.run(touch, this.#index.slice(0, 1), found).catch(() => {});
      return values;
    } catch {
      return keys.map(() => null);
    }
  }

  set(key: string, value: Buffer, ttlMs: number): void {
    const { onWritten } = this.#options;
    if (this.#writeCount >= maxWrites) {
      onWritten?.(false);
      return;
    }
    this.#writeCount += 1;
    this.#write(key, value, ttlMs)
      .then(
        (isWritten) => onWritten?.(isWritten),
        () => onWritten?.(false),
      )
      .finally(() => {
        this.#writeCount -= 1;
      });
  }

  async #write(key: string, value: Buffer, ttlMs: number): Promise<boolean> {
    const { store } = this.#options;
    // The name is kept three times: in the key of the value, and in both parts of the index.
    const size = String(value.length + 3 * key.length + overheadBytes);
    const args = [key, size, String(this.#maxBytes), this.#prefix, String(indexTtlMs)];
    const hasPlace = (await store.run(reserve, this.#index, args)) === 1;
    if (hasPlace) await store.set(this.#prefix + key, value, ttlMs);
    return hasPlace;
  }
}
