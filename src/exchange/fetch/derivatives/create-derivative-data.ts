import type { Clock } from '../../../base/clock.ts';
import { MarketDataError } from '../../../market/errors.ts';
import { ofUnknownFreshness } from '../../../market/model/fresh.ts';
import type { DerivativeData, FetchOptions } from '../../../market/ports/market-data.ts';
import { toMarketDataError } from '../../access/errors.ts';
import type { Catalogue } from '../../ccxt/catalogue.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { fetchFundingRateHistory } from './funding-rate-history.ts';
import { fetchFundingRates } from './funding-rates.ts';
import { fetchOpenInterest } from './open-interest.ts';
import { fetchOpenInterestHistory } from './open-interest-history.ts';

export interface DerivativeDataOptions {
  readonly clientFor: (exchange: string, options: FetchOptions | undefined) => Promise<ExchangeClient>;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
}

/** Data about contracts over ccxt, without any cache. */
export function createDerivativeData({ clientFor, catalogue, clock }: DerivativeDataOptions): DerivativeData {
  const { exchanges } = catalogue;
  return {
    fetchFundingRates: async (exchange, symbols, options) => {
      try {
        const client = await clientFor(exchange, options);
        const outcomes = await fetchFundingRates(client, symbols, exchanges, clock.now);
        return new Map(
          [...outcomes].map(([symbol, outcome]) => [
            symbol,
            outcome instanceof MarketDataError ? outcome : ofUnknownFreshness(outcome),
          ]),
        );
      } catch (error) {
        return new Map(symbols.map((symbol) => [symbol, toMarketDataError(error, { exchange, symbol })]));
      }
    },
    fetchFundingRateHistory: async (query, options) =>
      ofUnknownFreshness(
        await fetchFundingRateHistory(await clientFor(query.exchange, options), query, exchanges, clock.now),
      ),
    fetchOpenInterest: async (market, options) =>
      ofUnknownFreshness(
        await fetchOpenInterest(await clientFor(market.exchange, options), market, exchanges, clock.now),
      ),
    fetchOpenInterestHistory: async (query, options) =>
      ofUnknownFreshness(
        await fetchOpenInterestHistory(await clientFor(query.exchange, options), query, exchanges, clock.now),
      ),
  };
}
