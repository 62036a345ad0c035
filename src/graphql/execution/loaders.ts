import DataLoader from 'dataloader';
import { MarketDataError } from '../../market/errors.ts';
import type { MarketRef } from '../../market/market-ref.ts';
import type { FundingRate } from '../../market/model/derivatives/funding-rate.ts';
import type { Fresh } from '../../market/model/fresh.ts';
import type { Ticker } from '../../market/model/ticker.ts';
import type { DerivativeData, MarketData } from '../../market/ports/market-data.ts';
import type { Freshness } from './freshness.ts';

/** One call of the port. Never rejects: each symbol has its own result. */
type FetchSymbols<V> = (
  exchange: string,
  symbols: readonly string[],
) => Promise<ReadonlyMap<string, Fresh<V> | MarketDataError>>;

/**
 * Gathers all values that an operation asks for in one tick of the event loop into one call of the port for each
 * exchange, and records their freshness. Each call settles on its own, so that nobody waits for an exchange that hangs. It
 * remembers nothing: the caches do that, and the context of a subscription outlives its values.
 */
export class SymbolLoader<V> {
  readonly #fetch: FetchSymbols<V>;
  readonly #freshness: Freshness | null;
  /** By exchange. */
  readonly #loaders = new Map<string, DataLoader<string, V>>();

  constructor(fetch: FetchSymbols<V>, freshness: Freshness | null) {
    this.#fetch = fetch;
    this.#freshness = freshness;
  }

  /** Rejects with a MarketDataError. */
  load({ exchange, symbol }: MarketRef): Promise<V> {
    const loader = this.#loaders.get(exchange) ?? this.#create(exchange);
    this.#loaders.set(exchange, loader);
    return loader.load(symbol);
  }

  #create(exchange: string): DataLoader<string, V> {
    return new DataLoader<string, V>(
      async (symbols) => {
        this.#freshness?.expect(symbols.length);
        const results = await this.#fetch(exchange, [...new Set(symbols)]);
        return symbols.map((symbol) => this.#take(results.get(symbol), { exchange, symbol }));
      },
      { cache: false },
    );
  }

  #take(result: Fresh<V> | MarketDataError | undefined, market: MarketRef): V | MarketDataError {
    if (!result) return new MarketDataError('INTERNAL_SERVER_ERROR', 'No answer.', market);
    if (result instanceof MarketDataError) return result;
    this.#freshness?.record(result);
    return result.value;
  }
}

export class TickerLoader extends SymbolLoader<Ticker> {
  constructor(marketData: Pick<MarketData, 'fetchTickers'>, freshness: Freshness | null) {
    super((exchange, symbols) => marketData.fetchTickers(exchange, symbols), freshness);
  }
}

export class FundingRateLoader extends SymbolLoader<FundingRate> {
  constructor(derivatives: Pick<DerivativeData, 'fetchFundingRates'>, freshness: Freshness | null) {
    super((exchange, symbols) => derivatives.fetchFundingRates(exchange, symbols), freshness);
  }
}
