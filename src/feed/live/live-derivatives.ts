import { MarketDataError } from '../../market/errors.ts';
import type { MarketRef } from '../../market/market-ref.ts';
import type { FundingHistoryQuery, FundingPayment } from '../../market/model/derivatives/funding-rate.ts';
import type { OpenInterest, OpenInterestHistoryQuery } from '../../market/model/derivatives/open-interest.ts';
import type { Fresh } from '../../market/model/fresh.ts';
import type {
  DerivativeData,
  FetchOptions,
  FundingRateResult,
  FundingRateResults,
} from '../../market/ports/market-data.ts';
import { slowStaleMaxMs } from '../kinds/kind-source.ts';
import { toLastKnown, toLaterKnown } from './last-known.ts';
import type { LastServed } from './last-served.ts';
import type { LiveMarketDataOptions } from './live-options.ts';
import type { LiveValue } from './live-value.ts';

/** Answers queries for data about contracts: from the feed if it keeps them up to date, otherwise with calls. */
export class LiveDerivatives implements DerivativeData {
  readonly #options: LiveMarketDataOptions;
  readonly #lastServed: LastServed;

  constructor(options: LiveMarketDataOptions, lastServed: LastServed) {
    this.#options = options;
    this.#lastServed = lastServed;
  }

  async fetchFundingRates(
    exchange: string,
    symbols: readonly string[],
    options?: FetchOptions,
  ): Promise<FundingRateResults> {
    const { feeds } = this.#options;
    const results = new Map<string, FundingRateResult>();
    const missing: string[] = [];
    for (const symbol of symbols) {
      const find = () => feeds.derivatives.liveFundingRate(exchange, symbol);
      const live = find();
      if (!live?.isCurrent) {
        missing.push(symbol);
        continue;
      }
      this.#lastServed.mark('funding rate', live.value);
      results.set(symbol, toFresh(live, find));
    }
    if (missing.length === 0) return results;
    for (const [symbol, result] of await this.#fetchMissing(exchange, missing, options)) {
      const find = () => feeds.derivatives.liveFundingRate(exchange, symbol);
      results.set(symbol, result instanceof MarketDataError ? this.#toKnown(result, find) : untilNews(result, find));
    }
    return results;
  }

  async fetchOpenInterest(market: MarketRef, options?: FetchOptions): Promise<Fresh<OpenInterest>> {
    const { feeds, upstream } = this.#options;
    const find = () => feeds.derivatives.liveOpenInterest(market.exchange, market.symbol);
    const live = find();
    if (live?.isCurrent) return toFresh(live, find);
    try {
      return untilNews(await upstream.derivatives.fetchOpenInterest(market, options), find);
    } catch (error) {
      if (!(error instanceof MarketDataError)) throw error;
      const known = this.#toKnown(error, find);
      if (known instanceof MarketDataError) throw known;
      return known;
    }
  }

  fetchFundingRateHistory(
    query: FundingHistoryQuery,
    options?: FetchOptions,
  ): Promise<Fresh<readonly FundingPayment[]>> {
    return this.#options.upstream.derivatives.fetchFundingRateHistory(query, options);
  }

  fetchOpenInterestHistory(
    query: OpenInterestHistoryQuery,
    options?: FetchOptions,
  ): Promise<Fresh<readonly OpenInterest[]>> {
    return this.#options.upstream.derivatives.fetchOpenInterestHistory(query, options);
  }

  /**
   * Fetches funding rates, and fetches those again that are older than streamed ones that answered earlier queries. All
   * open interest comes with calls, so that what a cache remembers of it is never older.
   */
  async #fetchMissing(
    exchange: string,
    symbols: readonly string[],
    options?: FetchOptions,
  ): Promise<FundingRateResults> {
    const { derivatives } = this.#options.upstream;
    const fetched = await derivatives.fetchFundingRates(exchange, symbols, options);
    const outdated = [...fetched].flatMap(([symbol, result]) =>
      !(result instanceof MarketDataError) && this.#lastServed.isNewer('funding rate', result.value) ? [symbol] : [],
    );
    if (outdated.length === 0) return fetched;
    const anew = await derivatives.fetchFundingRates(exchange, outdated, { ...options, maxAgeMs: 1 });
    return new Map([...fetched, ...anew]);
  }

  /** The feed's last known value, marked stale; the error if there is none that is new enough. */
  #toKnown<V extends { readonly receivedAt: number; readonly stale: boolean }>(
    error: MarketDataError,
    find: () => LiveValue<V> | null,
  ): Fresh<V> | MarketDataError {
    const { clock, staleMaxMs } = this.#options;
    const value = toLastKnown(find()?.value, error, clock.now(), slowStaleMaxMs(staleMaxMs));
    return value ? { value, freshUntil: 0 } : error;
  }
}

/** A live value is fresh until the feed has another one. */
function toFresh<V>({ value }: LiveValue<V>, find: () => LiveValue<V> | null): Fresh<V> {
  const isCurrent = (): boolean => {
    const now = find();
    return now?.value === value && now.isCurrent;
  };
  return { value, freshUntil: Number.POSITIVE_INFINITY, isCurrent };
}

/**
 * A fetched value is fresh for as long as its cache says, or until the feed has a new value. If both are stale, the later
 * one answers.
 */
function untilNews<V extends { readonly receivedAt: number; readonly stale: boolean }>(
  fetched: Fresh<V>,
  find: () => LiveValue<V> | null,
): Fresh<V> {
  const known = find()?.value;
  const value = fetched.value.stale ? toLaterKnown(fetched.value, known) : fetched.value;
  return { ...fetched, value, isCurrent: () => find()?.value === known && fetched.isCurrent?.() !== false };
}
