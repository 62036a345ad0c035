import DataLoader from 'dataloader';
import { MarketDataError } from '../../market/errors.ts';
import type { MarketRef } from '../../market/market-ref.ts';
import type { FundingRate } from '../../market/model/derivatives/funding-rate.ts';
import type { DerivativeData } from '../../market/ports/market-data.ts';
import type { Freshness } from './freshness.ts';

/** Loads funding rates; rejects with the MarketDataError of the one that fails. */
export type FundingRateLoader = DataLoader<MarketRef, FundingRate>;

/**
 * Gathers all funding rates that an operation asks for in one tick of the event loop into one call per exchange, and
 * records their freshness. Like the loader of tickers, it remembers nothing.
 */
export function createFundingRateLoader(
  derivatives: Pick<DerivativeData, 'fetchFundingRates'>,
  freshness: Freshness | null,
): FundingRateLoader {
  return new DataLoader<MarketRef, FundingRate>(
    async (markets) => {
      freshness?.expect(markets.length);
      const symbolsOf = new Map<string, Set<string>>();
      for (const { exchange, symbol } of markets) {
        symbolsOf.set(exchange, (symbolsOf.get(exchange) ?? new Set()).add(symbol));
      }
      const fetched = [...symbolsOf].map(
        async ([exchange, symbols]) => [exchange, await derivatives.fetchFundingRates(exchange, [...symbols])] as const,
      );
      const results = new Map(await Promise.all(fetched));
      return markets.map(({ exchange, symbol }) => {
        const result = results.get(exchange)?.get(symbol);
        if (!result) return new MarketDataError('INTERNAL_SERVER_ERROR', 'No answer.', { exchange, symbol });
        if (result instanceof MarketDataError) return result;
        freshness?.record(result);
        return result.value;
      });
    },
    { cache: false },
  );
}
