import DataLoader from 'dataloader';
import { MarketDataError } from '../../market/errors.ts';
import type { Ticker } from '../../market/model/ticker.ts';
import type { MarketData } from '../../market/ports/market-data.ts';

export interface TickerKey {
  readonly exchange: string;
  readonly symbol: string;
}

/** Loads tickers; rejects with the MarketDataError of the one that fails. */
export type TickerLoader = DataLoader<TickerKey, Ticker>;

/**
 * Gathers all tickers an operation asks for in one tick into one call on the port per exchange. It remembers nothing:
 * the port's cache does that, and a subscription's context lives long after its values have grown old.
 */
export function createTickerLoader(marketData: Pick<MarketData, 'fetchTickers'>): TickerLoader {
  return new DataLoader<TickerKey, Ticker>(
    async (keys) => {
      const symbolsOf = new Map<string, Set<string>>();
      for (const { exchange, symbol } of keys) {
        symbolsOf.set(exchange, (symbolsOf.get(exchange) ?? new Set()).add(symbol));
      }
      const fetched = [...symbolsOf].map(
        async ([exchange, symbols]) => [exchange, await marketData.fetchTickers(exchange, [...symbols])] as const,
      );
      const results = new Map(await Promise.all(fetched));
      return keys.map(
        ({ exchange, symbol }) =>
          results.get(exchange)?.get(symbol) ??
          new MarketDataError('INTERNAL_SERVER_ERROR', 'No answer.', { exchange, symbol }),
      );
    },
    { cache: false },
  );
}
