import { MarketDataError } from '../src/market/errors.ts';
import type { DerivativeData } from '../src/market/ports/market-data.ts';

/** For sources without contracts. */
export const noDerivatives: DerivativeData = {
  fetchFundingRates: async (_exchange, symbols) => new Map(symbols.map((symbol) => [symbol, refusal()])),
  fetchFundingRateHistory: () => Promise.reject(refusal()),
  fetchOpenInterest: () => Promise.reject(refusal()),
  fetchOpenInterestHistory: () => Promise.reject(refusal()),
};

function refusal(): MarketDataError {
  return new MarketDataError('NOT_SUPPORTED', 'This exchange publishes nothing about contracts.');
}
