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
import { toLastKnown } from './last-known.ts';
import type { LiveMarketDataOptions } from './live-options.ts';
import type { LiveValue } from './live-value.ts';

/** Answers queries for data about contracts: from the feed if it keeps them up to date, otherwise with calls. */
export class LiveDerivatives implements DerivativeData {
  readonly #options: LiveMarketDataOptions;

  constructor(options: LiveMarketDataOptions) {
    this.#options = options;
  }

  async fetchFundingRates(
    exchange: string,
    symbols: readonly string[],
    options?: FetchOptions,
  ): Promise<FundingRateResults> {
    const { feeds, upstream } = this.#options;
    const results = new Map<string, FundingRateResult>();
    const missing: string[] = [];
    for (const symbol of symbols) {
      const find = () => feeds.derivatives.liveFundingRate(exchange, symbol);
      const live = find();
      if (live?.isCurrent) results.set(symbol, toFresh(live, find));
      else missing.push(symbol);
    }
    if (missing.length === 0) return results;
    for (const [symbol, result] of await upstream.derivatives.fetchFundingRates(exchange, missing, options)) {
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

/** A fetched value is fresh for as long as its cache says, or until the feed has a new value. */
function untilNews<V>(fetched: Fresh<V>, find: () => LiveValue<V> | null): Fresh<V> {
  const known = find()?.value;
  return { ...fetched, isCurrent: () => find()?.value === known && fetched.isCurrent?.() !== false };
}
