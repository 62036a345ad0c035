import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock.ts';
import type { FetchOptions } from '../market/ports/market-data.ts';

export interface TtlCacheOptions<Q, V> {
  readonly fetch: (query: Q, options?: FetchOptions) => Promise<V>;
  readonly toKey: (query: Q) => string;
  /** How much of `maxSize` an answer takes. */
  readonly sizeOf: (answer: V) => number;
  readonly maxSize: number;
  readonly clock: Clock;
  /** How long an answer serves the same query again, in ms. */
  readonly ttlMs: number;
  /** Called once for each query that takes what is known: true where no call was waited for. */
  readonly onLookup?: (isHit: boolean) => void;
}

/**
 * A call that remembers its answers: the same query within `ttlMs`, or while the first is under way, costs one call. With
 * `maxAgeMs` 0 it is made in any case, and its answer is remembered for the others, but not declared to be fresh.
 */
export function createTtlCache<Q, V extends object>(
  given: TtlCacheOptions<Q, V>,
): (query: Q, options?: FetchOptions) => Promise<V> {
  const { fetch, toKey, sizeOf, maxSize, clock, ttlMs, onLookup } = given;
  const answers = new LRUCache<string, V, { readonly query: Q }>({
    maxSize,
    sizeCalculation: (answer) => sizeOf(answer) + 1,
    // To lru-cache 0 means for ever.
    ttl: Math.max(1, ttlMs),
    ttlResolution: 0,
    perf: clock,
    // A fetch whose place is taken meanwhile still answers those who wait for it.
    ignoreFetchAbort: true,
    fetchMethod: (_key, _stale, { context }) => fetch(context.query),
  });
  return async (query, options) => {
    const key = toKey(query);
    if (options?.maxAgeMs !== 0) {
      onLookup?.(answers.has(key));
      const answer = await answers.forceFetch(key, { context: { query } });
      // None is left of one that was too large to remember; a clock that was set back must not add to it.
      options?.onFresh?.(clock.now() + Math.min(answers.getRemainingTTL(key), ttlMs));
      return answer;
    }
    const answer = await fetch(query, options);
    answers.set(key, answer);
    return answer;
  };
}
