import DataLoader from 'dataloader';
import { MarketDataError } from '../../market/errors.ts';
import type { MarketRef } from '../../market/market-ref.ts';
import type { Ticker } from '../../market/model/ticker.ts';
import type { MarketData, TickerResult } from '../../market/ports/market-data.ts';
import type { Freshness } from './freshness.ts';

/** Loads tickers; rejects with the MarketDataError of the one that fails. */
export type TickerLoader = DataLoader<MarketRef, Ticker>;

/**
 * Gathers all tickers that an operation asks for in one tick of the event loop into one call per exchange, and records
 * their freshness. It remembers nothing: the caches do that, and the context of a subscription outlives its values.
 */
export function createTickerLoader(
  marketData: Pick<MarketData, 'fetchTickers'>,
  freshness: Freshness | null,
): TickerLoader {
  function toTicker(result: TickerResult | undefined, { exchange, symbol }: MarketRef): Ticker | MarketDataError {
    if (!result) return new MarketDataError('INTERNAL_SERVER_ERROR', 'No answer.', { exchange, symbol });
    if (result instanceof MarketDataError) return result;
    freshness?.record(result);
    return result.value;
  }

  return new DataLoader<MarketRef, Ticker>(
    async (markets) => {
      freshness?.expect(markets.length);
      const symbolsOf = new Map<string, Set<string>>();
      for (const { exchange, symbol } of markets) {
        symbolsOf.set(exchange, (symbolsOf.get(exchange) ?? new Set()).add(symbol));
      }
      const fetched = [...symbolsOf].map(
        async ([exchange, symbols]) => [exchange, await marketData.fetchTickers(exchange, [...symbols])] as const,
      );
      const results = new Map(await Promise.all(fetched));
      return markets.map((market) => toTicker(results.get(market.exchange)?.get(market.symbol), market));
    },
    { cache: false },
  );
}
