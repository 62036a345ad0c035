import { createHash } from 'node:crypto';
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import type { Clock } from '../../base/clock.ts';
import type { Namespace } from '../connection/namespace.ts';
import type { ScriptRunner } from './bounded-bytes.ts';
import { BoundedCalls } from './bounded-calls.ts';

export interface QuotasOptions {
  readonly redis: ScriptRunner;
  readonly namespace: Pick<Namespace, 'key'>;
  readonly clock: Clock;
}

/** Counts the points of each subject, in all instances together. */
export interface SharedLimiter {
  penalty(subject: string, points: number): Promise<TakenPoints>;
  reward(subject: string, points: number): Promise<TakenPoints>;
  get(subject: string): Promise<TakenPoints | null>;
}

export interface TakenPoints {
  readonly consumedPoints: number;
  readonly msBeforeNext: number;
}

/** How long a request may wait for its quota, in ms. */
const timeoutMs = 100;

const minuteSeconds = 60;

/**
 * Adds points. Takes back only what was taken in this minute: if the penalty was counted elsewhere, because Redis did not
 * answer, or in the minute before, the client must not get a credit.
 */
const addPoints = `
redis.call('SET', KEYS[1], 0, 'EX', ARGV[2], 'NX')
local points = math.max(tonumber(ARGV[1]), 0 - tonumber(redis.call('GET', KEYS[1])))
return {redis.call('INCRBY', KEYS[1], points), redis.call('PTTL', KEYS[1])}
`;

const readPoints = `
local points = redis.call('GET', KEYS[1])
return {points and tonumber(points), redis.call('PTTL', KEYS[1])}
`;

/**
 * Creates limiters whose points are counted in Redis, so that all instances share the quota of a client. While Redis does
 * not answer in time, each instance counts by itself and begins with nothing. The names of keys and the addresses are
 * hashed, so that nobody reads them in Redis.
 */
export function createSharedQuotas({
  redis,
  namespace,
  clock,
}: QuotasOptions): (name: string, perMinute: number) => Promise<SharedLimiter> {
  const calls = new BoundedCalls({ clock, timeoutMs });
  const run: RunText = (text, keys, args) => calls.run(() => redis.run(toScript(text), keys, args));
  return async (name: string, perMinute: number): Promise<SharedLimiter> => {
    const quota = { points: perMinute, duration: minuteSeconds };
    const limiter = new RateLimiterRedis({
      ...quota,
      storeClient: new LimiterClient(run),
      useRedisPackage: true,
      customIncrTtlLuaScript: addPoints,
      keyPrefix: namespace.key(`quota:${name}`),
      insuranceLimiter: new RateLimiterMemory(quota),
    });
    return {
      penalty: (subject, points) => limiter.penalty(toDigest(subject), points),
      reward: (subject, points) => limiter.reward(toDigest(subject), points),
      get: (subject) => limiter.get(toDigest(subject)),
    };
  };
}

type RunText = (text: string, keys: readonly string[], args: readonly string[]) => Promise<unknown>;

/** What the limiter needs of a client of Redis, by scripts, so that its calls are bounded like all others. */
class LimiterClient {
  readonly #run: RunText;

  constructor(run: RunText) {
    this.#run = run;
  }

  eval(
    text: string,
    given: { readonly keys: readonly string[]; readonly arguments: readonly string[] },
  ): Promise<unknown> {
    return this.#run(text, given.keys, given.arguments);
  }

  /** The limiter only reads with this: the points of a key, and when they expire. */
  multi() {
    const read = (key: string) => ({ exec: () => this.#run(readPoints, [key], []) });
    return { get: (key: string) => ({ pTTL: () => read(key) }) };
  }
}

function toScript(text: string) {
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}

function toDigest(subject: string): string {
  return createHash('sha256').update(subject).digest('base64url').slice(0, 22);
}
