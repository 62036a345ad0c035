import type { Clock } from '../base/clock.ts';
import { type MarketRef, marketKind, toMarketKey } from '../market/market-ref.ts';
import type { MarketData, TickerResult, TickerResults } from '../market/ports/market-data.ts';

export interface TickerCallsOptions {
  readonly upstream: Pick<MarketData, 'fetchTickers'>;
  readonly clock: Clock;
  /** Called with each result before its callers get it. */
  readonly onResult: (market: MarketRef, result: TickerResult) => void;
}

/** Markets of one kind that share a call of the upstream. */
interface Call {
  readonly exchange: string;
  readonly symbols: Set<string>;
  /** The lowest maximum age that any of its callers accepts. */
  maxAgeMs: number;
  /** False while symbols can still be added. */
  isUnderWay: boolean;
  readonly results: Promise<TickerResults>;
}

/** Markets that are asked for within this time share a call, in ms; it is short compared with the call itself. */
const gatherMs = 10;

/**
 * Makes few calls for the tickers of many callers. Callers that ask within a moment share one call for each exchange
 * and kind of market: a caller that wants spot must not wait for an address that serves contracts and hangs. Each
 * market has one call at a time, and callers that come while it is in progress get its result.
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
    const results = await this.#join(market, maxAgeMs).results;
    const result = results.get(market.symbol);
    if (!result) throw new Error(`the port gave no entry for ${market.exchange} ${market.symbol}`);
    return result;
  }

  #join(market: MarketRef, maxAgeMs: number): Call {
    const key = toMarketKey(market);
    const known = this.#calls.get(key);
    if (known?.isUnderWay && known.maxAgeMs <= maxAgeMs) return known;
    const call = known && !known.isUnderWay ? known : this.#gather(market);
    call.symbols.add(market.symbol);
    call.maxAgeMs = Math.min(call.maxAgeMs, maxAgeMs);
    this.#calls.set(key, call);
    return call;
  }

  #gather({ exchange, symbol }: MarketRef): Call {
    const key = `${exchange}\n${marketKind(symbol)}`;
    const known = this.#gathering.get(key);
    if (known) return known;
    const call: Call = {
      exchange,
      symbols: new Set(),
      maxAgeMs: Number.POSITIVE_INFINITY,
      isUnderWay: false,
      results: new Promise((resolve) => {
        this.#options.clock.after(gatherMs, () => {
          this.#gathering.delete(key);
          resolve(this.#make(call));
        });
      }),
    };
    this.#gathering.set(key, call);
    return call;
  }

  async #make(call: Call): Promise<TickerResults> {
    const { upstream, onResult } = this.#options;
    const { exchange, symbols, maxAgeMs } = call;
    call.isUnderWay = true;
    try {
      const results = await upstream.fetchTickers(exchange, [...symbols], { maxAgeMs });
      for (const symbol of symbols) {
        const result = results.get(symbol);
        if (result) onResult({ exchange, symbol }, result);
      }
      return results;
    } finally {
      for (const symbol of symbols) {
        const key = toMarketKey({ exchange, symbol });
        if (this.#calls.get(key) === call) this.#calls.delete(key);
      }
    }
  }
}
