import { MarketDataError } from '../src/market/errors.ts';
import type { DerivativeData, MarketData } from '../src/market/ports/market-data.ts';

/** For sources without contracts. */
export const noDerivatives: DerivativeData = {
  fetchFundingRates: async (_exchange, symbols) => new Map(symbols.map((symbol) => [symbol, refusal()])),
  fetchFundingRateHistory: () => Promise.reject(refusal()),
  fetchOpenInterest: () => Promise.reject(refusal()),
  fetchOpenInterestHistory: () => Promise.reject(refusal()),
};

/** For the same sources. */
export const noMarkPrices: MarketData['fetchMarkPrices'] = async (_exchange, symbols) =>
  new Map(symbols.map((symbol) => [symbol, refusal()]));

function refusal(): MarketDataError {
  return new MarketDataError('NOT_SUPPORTED', 'This exchange publishes nothing about contracts.');
}
