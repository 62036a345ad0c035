import type { Clock } from '../base/clock.ts';
import { type MarketRef, toKindKey, toMarketKey } from '../market/market-ref.ts';
import type { MarketData, TickerResult, TickerResults } from '../market/ports/market-data.ts';

export interface TickerCallsOptions {
  readonly upstream: Pick<MarketData, 'fetchTickers'>;
  readonly clock: Clock;
  /**
   * Called with each result before its callers get it; null if the call has brought none. `isRenewal` if nobody waited
   * when the call was made.
   */
  readonly onResult: (market: MarketRef, result: TickerResult | null, isRenewal: boolean) => void;
  /** Called with the time in ms that a call has taken, from the first market in it on. */
  readonly onCall: (market: MarketRef, durationMs: number) => void;
  /** Other markets of the same kind that it makes sense to renew together with the market. */
  readonly companionsOf: (market: MarketRef) => readonly MarketRef[];
}

/** Markets of one kind that share a call of the upstream. */
interface Call {
  readonly exchange: string;
  readonly symbols: Set<string>;
  readonly since: number;
  /** The lowest maximum age that any of its callers accepts. */
  maxAgeMs: number;
  /** True while nobody waits for it. */
  isRenewal: boolean;
  progress: 'gathering' | 'under way' | 'over';
  readonly results: Promise<TickerResults>;
}

/** Markets that are asked for within this time share a call, in ms; it is short compared with the call itself. */
const gatherMs = 10;

/**
 * Makes few calls for the tickers of many callers. Callers that ask within a moment share one call for each exchange
 * and kind of market: a caller that wants spot must not wait for an address that serves contracts and hangs. Each
 * market has one call at a time, and callers that come while it is in progress get its result. A call that renews
 * tickers takes their companions along.
 */
export class TickerCalls {
  readonly #options: TickerCallsOptions;
  /** Calls that have not been made yet, by exchange and kind of market. */
  readonly #gathering = new Map<string, Call>();
  /** The newest call for each market. */
  readonly #calls = new Map<string, Call>();

  constructor(options: TickerCallsOptions) {
    this.#options = options;
  }

  /** A ticker that is at most `maxAgeMs` old when the upstream answers, or why there is none. */
  async load(market: MarketRef, maxAgeMs: number): Promise<TickerResult> {
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

  #join(market: MarketRef, maxAgeMs: number): Call {
    const known = this.#calls.get(toMarketKey(market));
    if (known?.progress === 'under way' && known.maxAgeMs <= maxAgeMs) return known;
    const call = known?.progress === 'gathering' ? known : this.#gather(market);
    this.#add(call, market);
    call.maxAgeMs = Math.min(call.maxAgeMs, maxAgeMs);
    return call;
  }

  #add(call: Call, market: MarketRef): void {
    call.symbols.add(market.symbol);
    this.#calls.set(toMarketKey(market), call);
  }

  #gather(market: MarketRef): Call {
    const { clock } = this.#options;
    const key = toKindKey(market);
    const known = this.#gathering.get(key);
    if (known) return known;
    const call: Call = {
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

  async #make(call: Call, market: MarketRef): Promise<TickerResults> {
    const { upstream, clock, onResult, onCall, companionsOf } = this.#options;
    const { exchange, symbols, maxAgeMs, isRenewal } = call;
    if (isRenewal) for (const companion of companionsOf(market)) this.#add(call, companion);
    call.progress = 'under way';
    let results: TickerResults | null = null;
    try {
      const options = { maxAgeMs, ...(isRenewal ? { isRenewal } : {}) };
      results = await upstream.fetchTickers(exchange, [...symbols], options);
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
