import { createHistoryCache } from '../cache/histories.ts';
import { SymbolCache, type SymbolCacheOptions } from '../cache/symbol-cache.ts';
import type { TtlCacheListeners } from '../cache/ttl-cache.ts';
import { MarketDataError, toMarketDataError } from '../market/errors.ts';
import { toMarketKey } from '../market/market-ref.ts';
import type { FundingHistoryQuery, FundingPayment, FundingRate } from '../market/model/derivatives/funding-rate.ts';
import type { OpenInterest, OpenInterestHistoryQuery } from '../market/model/derivatives/open-interest.ts';
import type { DerivativeData, MarketData } from '../market/ports/market-data.ts';

export type DerivativeCacheName = 'funding_rates' | 'funding_rate_history' | 'open_interest' | 'open_interest_history';

export interface CachedDerivativesOptions extends Pick<SymbolCacheOptions<unknown>, 'clock' | 'staleMaxMs'> {
  readonly upstream: Pick<MarketData, 'exchange' | 'derivatives'>;
  /** How long fetched tickers answer, in ms. */
  readonly tickerTtlMs: number;
  readonly recordIn: (cache: DerivativeCacheName) => TtlCacheListeners;
}

/** Funding and open interest answer this many times as long as tickers: they change slowly. */
const slowness = 10;

/** Data about contracts with caches. */
export function createCachedDerivatives(options: CachedDerivativesOptions): DerivativeData {
  const { upstream, clock, staleMaxMs, recordIn } = options;
  const { derivatives } = upstream;
  const ttl = { clock, ttlMs: slowness * options.tickerTtlMs };
  const fundingRates = new SymbolCache<FundingRate>({
    fetch: (...given) => derivatives.fetchFundingRates(...given),
    fetchesTogether: (exchange) => upstream.exchange(exchange).has.includes('FUNDING_RATES'),
    staleMaxMs,
    ...ttl,
    ...recordIn('funding_rates'),
  });
  const openInterest = new SymbolCache<OpenInterest>({
    fetch: async (exchange, symbols, given) => {
      const fetchOne = (symbol: string) => derivatives.fetchOpenInterest({ exchange, symbol }, given);
      return new Map(
        await Promise.all(
          symbols.map(async (symbol) => [symbol, await fetchOne(symbol).catch(toMarketDataError)] as const),
        ),
      );
    },
    toCallKey: toMarketKey,
    staleMaxMs,
    ...ttl,
    ...recordIn('open_interest'),
  });
  const payments = createHistoryCache<FundingHistoryQuery, FundingPayment>({
    fetch: (query, given) => derivatives.fetchFundingRateHistory(query, given),
    ...ttl,
    ...recordIn('funding_rate_history'),
  });
  const pastInterest = createHistoryCache<OpenInterestHistoryQuery, OpenInterest>({
    fetch: (query, given) => derivatives.fetchOpenInterestHistory(query, given),
    ...ttl,
    ...recordIn('open_interest_history'),
  });
  return {
    fetchFundingRates: async (exchange, symbols, given) => {
      try {
        upstream.exchange(exchange);
      } catch (error) {
        return new Map(symbols.map((symbol) => [symbol, toMarketDataError(error)]));
      }
      return fundingRates.fetch(exchange, symbols, given);
    },
    fetchFundingRateHistory: (query, given) => payments.fetch(query, given),
    fetchOpenInterest: async ({ exchange, symbol }, given) => {
      // Throws for an unknown one: the cache remembers how long the calls of each exchange take.
      upstream.exchange(exchange);
      const result = (await openInterest.fetch(exchange, [symbol], given)).get(symbol);
      if (!result || result instanceof MarketDataError) throw result ?? new Error(`no result for ${symbol}`);
      return result;
    },
    fetchOpenInterestHistory: (query, given) => pastInterest.fetch(query, given),
  };
}
