import type { Ticker } from '../market/model/ticker.ts';
import type { FetchOptions, MarketData, TickerResults } from '../market/ports/market-data.ts';
import { SymbolCache, type SymbolCacheOptions } from './symbol-cache.ts';

export interface TickerCacheOptions extends Omit<SymbolCacheOptions<Ticker>, 'fetch'> {
  readonly upstream: Pick<MarketData, 'fetchTickers'>;
}

/** Tickers are what clients ask for most, and exchanges allow few calls: see SymbolCache. */
export class TickerCache implements Pick<MarketData, 'fetchTickers'> {
  readonly #values: SymbolCache<Ticker>;

  constructor({ upstream, ...others }: TickerCacheOptions) {
    this.#values = new SymbolCache({ fetch: (...given) => upstream.fetchTickers(...given), ...others });
  }

  fetchTickers(exchange: string, symbols: readonly string[], options?: FetchOptions): Promise<TickerResults> {
    return this.#values.fetch(exchange, symbols, options);
  }
}
