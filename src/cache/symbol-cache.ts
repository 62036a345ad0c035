import { ageOf } from '../base/age.ts';
import type { Clock } from '../base/clock.ts';
import { HotKeys } from '../base/hot-keys.ts';
import { MarketDataError } from '../market/errors.ts';
import { type MarketRef, toKindKey, toMarketKey } from '../market/market-ref.ts';
import type { Fresh } from '../market/model/fresh.ts';
import { toStale } from '../market/model/staleness.ts';
import type { FetchOptions } from '../market/ports/market-data.ts';
import type { CacheEntry, CacheStore } from './cache-store.ts';
import { HotSymbols } from './hot-symbols.ts';
import { MemoryStore } from './memory-store.ts';
import { SymbolCalls } from './symbol-calls.ts';
import type { FetchSymbols, SymbolResult, SymbolResults, SymbolValue } from './symbol-values.ts';

/** The last value of a market; `storedAt` is when it was received, or when the renewal failed. */
export interface SymbolEntry<V> extends CacheEntry {
  readonly value: V;
  /** Why the last attempt to renew it failed; null if none failed. */
  readonly failure: MarketDataError | null;
}

export interface SymbolCacheOptions<V> {
  readonly fetch: FetchSymbols<V>;
  readonly clock: Clock;
  /** How long a fetched value answers, in ms. */
  readonly ttlMs: number;
  /** The maximum age of a last known value that still answers, marked stale, while its exchange fails, in ms. */
  readonly staleMaxMs: number;
  readonly store?: CacheStore<SymbolEntry<V>>;
  /**
   * Markets with the same key share calls. By default those of one kind do: a query for spot must not wait for an address
   * that serves contracts and hangs. Where a call brings only one value, `toMarketKey` lets no market wait for another.
   */
  readonly toCallKey?: (market: MarketRef) => string;
  /** True if one call of the exchange can bring several values; by default, none can. */
  readonly fetchesTogether?: (exchange: string) => boolean;
  /** Called once for each symbol of a query that could be answered from memory: true if it waited for no call. */
  readonly onLookup?: (isHit: boolean) => void;
  /** Called for each value that a call renews while the old one answers. */
  readonly onRenewal?: () => void;
}

/** Each takes about 500 bytes. */
const maxEntries = 20_000;

/**
 * Remembers one value per market, such as its ticker, where one call can bring the values of several markets. Without
 * it, a thousand clients with the same query would make a thousand calls, and an exchange that fails would leave all of
 * them without an answer. The value of a market is in one of four states:
 *
 * - unknown: a query waits for a call, which it shares with others (see SymbolCalls).
 * - fresh, received less than the query's `maxAgeMs` ago: it answers at once.
 * - outdated: a query waits for a call that renews it. If the value is hot (see HotKeys), it answers meanwhile, and no
 *   query waits.
 * - failed: it could not be renewed. It answers, marked stale, until it is `staleMaxMs` old; after that the error does.
 *   The call is not repeated until the failure is `maxAgeMs` old.
 *
 * An error that is final, such as an unknown symbol, makes the market unknown again. A query with `maxAgeMs` 0 always
 * waits for a call and gets its error; a value from that call is remembered for all queries. `ttlMs` is the default of
 * `maxAgeMs`.
 */
export class SymbolCache<V extends SymbolValue> {
  readonly #options: SymbolCacheOptions<V>;
  readonly #store: CacheStore<SymbolEntry<V>>;
  readonly #calls: SymbolCalls<V>;
  readonly #hot: HotKeys;
  readonly #companions: HotSymbols;

  constructor(options: SymbolCacheOptions<V>) {
    const { fetch, clock, store = new MemoryStore<SymbolEntry<V>>({ maxEntries }) } = options;
    const { fetchesTogether = () => false, toCallKey = toKindKey } = options;
    this.#options = options;
    this.#store = store;
    this.#hot = new HotKeys({ clock });
    this.#companions = new HotSymbols({ ...options, store, isInFlight: (market) => this.#calls.has(market) });
    this.#calls = new SymbolCalls({
      fetch,
      clock,
      toCallKey,
      onResult: (...outcome) => this.#remember(...outcome),
      onCall: (market, durationMs) => this.#hot.onCall(toKindKey(market), durationMs),
      companionsOf: (market) => (fetchesTogether(market.exchange) ? this.#companions.of(market) : []),
    });
  }

  async fetch(exchange: string, symbols: readonly string[], options?: FetchOptions): Promise<SymbolResults<V>> {
    // At least 1 ms, because 0 means that the query accepts no last known value.
    const maxAgeMs = options?.maxAgeMs ?? Math.max(1, this.#options.ttlMs);
    // With a ttl of 0, every query wants a new value.
    const acceptsRenewed = options?.maxAgeMs === undefined && this.#options.ttlMs > 0;
    const results = new Map<string, SymbolResult<V>>();
    const loads: Promise<unknown>[] = [];
    for (const symbol of symbols) {
      const market = { exchange, symbol };
      const known = maxAgeMs > 0 ? this.#recall(market, maxAgeMs, acceptsRenewed) : null;
      if (known) {
        results.set(symbol, known);
        continue;
      }
      loads.push(this.#load(market, maxAgeMs).then((result) => results.set(symbol, result)));
    }
    if (loads.length === 0) return results;
    await Promise.all(loads);
    return results;
  }

  /** What answers without waiting: a fresh value, a recent failure, or a hot value, which a call then renews. */
  #recall(market: MarketRef, maxAgeMs: number, acceptsRenewed: boolean): SymbolResult<V> | null {
    const entry = this.#store.get(toMarketKey(market));
    const isFresh = entry !== undefined && ageOf(entry.storedAt, this.#options.clock.now()) < maxAgeMs;
    if (isFresh) this.#companions.onAsk(market);
    const known = isFresh
      ? this.#toResult(entry, maxAgeMs)
      : acceptsRenewed
        ? this.#renew(market, entry, maxAgeMs)
        : null;
    this.#options.onLookup?.(known !== null);
    return known;
  }

  #renew(market: MarketRef, entry: SymbolEntry<V> | undefined, maxAgeMs: number): SymbolResult<V> | null {
    if (!entry || entry.failure) return null;
    const fresh = this.#toFresh(entry.value, maxAgeMs);
    const reusableUntil = this.#hot.onExpired(toMarketKey(market), toKindKey(market), fresh.freshUntil);
    if (reusableUntil === null) return null;
    this.#companions.add(market);
    if (!this.#calls.has(market)) this.#options.onRenewal?.();
    return { ...fresh, reusableUntil, isCurrent: this.#calls.renew(market, maxAgeMs) };
  }

  async #load(market: MarketRef, maxAgeMs: number): Promise<SymbolResult<V>> {
    const result = await this.#calls.load(market, maxAgeMs);
    if (!(result instanceof MarketDataError)) return this.#toFresh(result.value, maxAgeMs);
    const entry = maxAgeMs > 0 ? this.#store.get(toMarketKey(market)) : undefined;
    return entry ? this.#toResult(entry, maxAgeMs) : result;
  }

  #remember(market: MarketRef, result: SymbolResult<V> | null, isRenewal: boolean): void {
    const { clock, ttlMs: freshMs, staleMaxMs: ttlMs } = this.#options;
    const key = toMarketKey(market);
    if (!result || result instanceof MarketDataError) {
      this.#hot.onFailure(key);
      this.#companions.delete(market);
    }
    if (!result) return;
    if (!(result instanceof MarketDataError)) {
      const { value } = result;
      this.#store.set(key, { value, failure: null, storedAt: value.receivedAt, ttlMs });
      return;
    }
    // A market that the exchange does not have must not answer with its last known value later.
    if (result.isFinal) {
      this.#store.delete(key);
      return;
    }
    const known = this.#store.get(key);
    // A companion of a renewal that failed can still be fresh.
    if (!known || (isRenewal && ageOf(known.storedAt, clock.now()) < freshMs)) return;
    this.#store.set(key, { ...known, failure: result, storedAt: clock.now() });
  }

  /** The value, marked stale if renewing it failed, or that failure if the value is too old. */
  #toResult({ value, failure, storedAt }: SymbolEntry<V>, maxAgeMs: number): SymbolResult<V> {
    const { clock, staleMaxMs } = this.#options;
    if (!failure) return this.#toFresh(value, maxAgeMs);
    if (ageOf(value.receivedAt, clock.now()) > staleMaxMs) return failure;
    return {
      value: toStale(value),
      freshUntil: Math.min(storedAt + maxAgeMs, value.receivedAt + staleMaxMs + 1),
    };
  }

  /** A value that was received by a clock ahead of ours is not fresh for longer than one received by ours. */
  #toFresh(value: V, maxAgeMs: number): Fresh<V> {
    return { value, freshUntil: Math.min(value.receivedAt, this.#options.clock.now()) + maxAgeMs };
  }
}
