import DataLoader from 'dataloader';
import { MarketDataError } from '../../market/errors.ts';
import type { MarketRef } from '../../market/market-ref.ts';
import type { Ticker } from '../../market/model/ticker.ts';
import type { MarketData, TickerResult } from '../../market/ports/market-data.ts';
import type { Freshness } from './freshness.ts';

/**
 * Gathers all tickers that an operation asks for in one tick of the event loop into one call of the port for each
 * exchange, and records their freshness. Each call settles on its own, so that nobody waits for an exchange that hangs. It
 * remembers nothing: the caches do that, and the context of a subscription outlives its values.
 */
export class TickerLoader {
  readonly #marketData: Pick<MarketData, 'fetchTickers'>;
  readonly #freshness: Freshness | null;
  /** By exchange. */
  readonly #loaders = new Map<string, DataLoader<string, Ticker>>();

  constructor(marketData: Pick<MarketData, 'fetchTickers'>, freshness: Freshness | null) {
    this.#marketData = marketData;
    this.#freshness = freshness;
  }

  /** Rejects with a MarketDataError. */
  load({ exchange, symbol }: MarketRef): Promise<Ticker> {
    const loader = this.#loaders.get(exchange) ?? this.#create(exchange);
    this.#loaders.set(exchange, loader);
    return loader.load(symbol);
  }

  #create(exchange: string): DataLoader<string, Ticker> {
    return new DataLoader<string, Ticker>(
      async (symbols) => {
        this.#freshness?.expect(symbols.length);
        const results = await this.#marketData.fetchTickers(exchange, [...new Set(symbols)]);
        return symbols.map((symbol) => this.#toTicker(results.get(symbol), { exchange, symbol }));
      },
      { cache: false },
    );
  }

  #toTicker(result: TickerResult | undefined, market: MarketRef): Ticker | MarketDataError {
    if (!result) return new MarketDataError('INTERNAL_SERVER_ERROR', 'No answer.', market);
    if (result instanceof MarketDataError) return result;
    this.#freshness?.record(result);
    return result.value;
  }
}
