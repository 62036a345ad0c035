import type { Clock } from '../base/clock.ts';
import { type MarketRef, toMarketKey } from '../market/market-ref.ts';
import type { FetchSymbols, SymbolResult, SymbolResults } from './symbol-values.ts';

export interface SymbolCallsOptions<V> {
  readonly fetch: FetchSymbols<V>;
  readonly clock: Clock;
  /**
   * Called with each result before its callers get it; null if the call has brought none. `isRenewal` if nobody waited
   * when the call was made.
   */
  readonly onResult: (market: MarketRef, result: SymbolResult<V> | null, isRenewal: boolean) => void;
  /** Called with the time in ms that a call has taken, from the first market in it on. */
  readonly onCall: (market: MarketRef, durationMs: number) => void;
  /** Markets with the same key share calls. */
  readonly toCallKey: (market: MarketRef) => string;
  /** Other markets with the same key that it makes sense to renew together with the market. */
  readonly companionsOf: (market: MarketRef) => readonly MarketRef[];
}

/** Markets that share a call of the upstream. */
interface Call<V> {
  readonly exchange: string;
  readonly symbols: Set<string>;
  readonly since: number;
  /** The lowest maximum age that any of its callers accepts. */
  maxAgeMs: number;
  /** True while nobody waits for it. */
  isRenewal: boolean;
  progress: 'gathering' | 'under way' | 'over';
  readonly results: Promise<SymbolResults<V>>;
}

/** Markets that are asked for within this time share a call, in ms; it is short compared with the call itself. */
const gatherMs = 10;

/**
 * Makes few calls for the values of many callers. Callers that ask within a moment share one call for all markets with
 * the same key. Each market has one call at a time, and callers that come while it is in progress get its result. A
 * call that renews values takes their companions along.
 */
export class SymbolCalls<V> {
  readonly #options: SymbolCallsOptions<V>;
  /** Calls that have not been made yet, by their key. */
  readonly #gathering = new Map<string, Call<V>>();
  /** The newest call for each market. */
  readonly #calls = new Map<string, Call<V>>();

  constructor(options: SymbolCallsOptions<V>) {
    this.#options = options;
  }

  /** A value that is at most `maxAgeMs` old when the upstream answers, or why there is none. */
  async load(market: MarketRef, maxAgeMs: number): Promise<SymbolResult<V>> {
    const call = this.#join(market, maxAgeMs);
    call.isRenewal = false;
    const result = (await call.results).get(market.symbol);
    if (!result) throw new Error(`the port gave no entry for ${market.exchange} ${market.symbol}`);
    return result;
  }

  /** Starts a call that nobody waits for, unless one is in progress. Returns a function that is true until it is over. */
  renew(market: MarketRef, maxAgeMs: number): () => boolean {
    const call = this.#calls.get(toMarketKey(market)) ?? this.#join(market, maxAgeMs);
    // `onResult` reports its failure.
    call.results.catch(() => {});
    return () => call.progress !== 'over';
  }

  /** True while a call for the market is in progress. */
  has(market: MarketRef): boolean {
    return this.#calls.has(toMarketKey(market));
  }

  #join(market: MarketRef, maxAgeMs: number): Call<V> {
    const known = this.#calls.get(toMarketKey(market));
    if (known?.progress === 'under way' && known.maxAgeMs <= maxAgeMs) return known;
    const call = known?.progress === 'gathering' ? known : this.#gather(market);
    this.#add(call, market);
    call.maxAgeMs = Math.min(call.maxAgeMs, maxAgeMs);
    return call;
  }

  #add(call: Call<V>, market: MarketRef): void {
    call.symbols.add(market.symbol);
    this.#calls.set(toMarketKey(market), call);
  }

  #gather(market: MarketRef): Call<V> {
    const { clock, toCallKey } = this.#options;
    const key = toCallKey(market);
    const known = this.#gathering.get(key);
    if (known) return known;
    const call: Call<V> = {
      exchange: market.exchange,
      symbols: new Set(),
      since: clock.now(),
      maxAgeMs: Number.POSITIVE_INFINITY,
      isRenewal: true,
      progress: 'gathering',
      results: new Promise((resolve) => {
        clock.after(gatherMs, () => {
          this.#gathering.delete(key);
          resolve(this.#make(call, market));
        });
      }),
    };
    this.#gathering.set(key, call);
    return call;
  }

  async #make(call: Call<V>, market: MarketRef): Promise<SymbolResults<V>> {
    const { fetch, clock, onResult, onCall, companionsOf } = this.#options;
    const { exchange, symbols, maxAgeMs, isRenewal } = call;
    if (isRenewal) for (const companion of companionsOf(market)) this.#add(call, companion);
    call.progress = 'under way';
    let results: SymbolResults<V> | null = null;
    try {
      const options = { maxAgeMs, ...(isRenewal ? { isRenewal } : {}) };
      results = await fetch(exchange, [...symbols], options);
      onCall(market, clock.now() - call.since);
      return results;
    } finally {
      for (const symbol of symbols) onResult({ exchange, symbol }, results?.get(symbol) ?? null, isRenewal);
      call.progress = 'over';
      for (const symbol of symbols) {
        const key = toMarketKey({ exchange, symbol });
        if (this.#calls.get(key) === call) this.#calls.delete(key);
      }
    }
  }
}
