import { LRUCache } from 'lru-cache';
import { normalizeName } from '../../base/suggest.ts';
import { Yielding } from '../../base/yielding.ts';
import type { Market, Markets, MarketType } from '../../market/model/market.ts';
import { requireMarket } from '../../market/model/not-found.ts';

export interface MarketFilter {
  readonly search?: string | null | undefined;
  readonly type?: MarketType | null | undefined;
  readonly active?: boolean | null | undefined;
}

interface SearchResult {
  /** The list that was searched. A reloaded list is another object, so that older results no longer apply. */
  readonly markets: Markets;
  readonly matching: readonly Market[];
}

/** Maximum size of all remembered results together: their markets plus the characters of their filters. */
const maxSize = 1_000_000;

/**
 * Finds the markets of an exchange that match a filter. One operation can request this for each of a thousand markets. So
 * results are remembered, and other work gets a turn of the event loop in between.
 */
export class MarketSearch {
  readonly #yielding = new Yielding();
  readonly #normalizedSymbols = new WeakMap<Markets, readonly string[]>();
  readonly #results = new LRUCache<string, SearchResult>({
    maxSize,
    sizeCalculation: ({ matching }, key) => matching.length + key.length + 100,
  });

  /** The matching markets, sorted by symbol. */
  async find(exchange: string, markets: Markets, filter: MarketFilter): Promise<readonly Market[]> {
    const { search, type, active } = filter;
    const key = JSON.stringify([exchange, search, type, active]);
    const recall = (): readonly Market[] | null => {
      const result = this.#results.get(key);
      return result?.markets === markets ? result.matching : null;
    };
    const searchNow = (): readonly Market[] => {
      const matching = this.#filter(markets, filter);
      this.#results.set(key, { markets, matching });
      return matching;
    };
    // While this search waits for its turn, another one may find the same result.
    return recall() ?? this.#yielding.run(() => recall() ?? searchNow());
  }

  /** The market with this symbol. Rejects with SYMBOL_NOT_FOUND, whose suggestions need a search through all markets. */
  async require(exchange: string, symbol: string, markets: Markets): Promise<Market> {
    return markets.get(symbol) ?? this.#yielding.run(() => requireMarket(exchange, symbol, markets));
  }

  #filter(markets: Markets, { search, type, active }: MarketFilter): readonly Market[] {
    const text = (search ?? '').toLowerCase();
    const normalizedText = normalizeName(text);
    const normalizedSymbols = this.#normalizedSymbolsOf(markets);
    return [...markets.values()].filter(
      (market, index) =>
        (typeof type !== 'string' || market.type === type) &&
        (typeof active !== 'boolean' || market.active === active) &&
        (market.symbol.toLowerCase().includes(text) ||
          (normalizedText !== '' && normalizedSymbols[index]?.includes(normalizedText))),
    );
  }

  #normalizedSymbolsOf(markets: Markets): readonly string[] {
    const known = this.#normalizedSymbols.get(markets);
    if (known) return known;
    const symbols = [...markets.keys()].map(normalizeName);
    this.#normalizedSymbols.set(markets, symbols);
    return symbols;
  }
}
