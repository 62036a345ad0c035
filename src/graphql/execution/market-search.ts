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

interface Found {
  /** Of which they are; reloaded they are others. */
  readonly markets: Markets;
  readonly matching: readonly Market[];
}

/** How many markets and characters of filters what was found may have together. */
const maxSize = 1_000_000;

/**
 * Finds the markets of an exchange that fit. One operation may ask that of each of a thousand markets, so what was found
 * is remembered, and others have their turn in between.
 */
export class MarketSearch {
  readonly #turns = new Yielding();
  readonly #plain = new WeakMap<Markets, readonly string[]>();
  readonly #found = new LRUCache<string, Found>({
    maxSize,
    sizeCalculation: ({ matching }, key) => matching.length + key.length + 100,
  });

  /** Those that fit, by symbol. */
  async find(exchange: string, markets: Markets, filter: MarketFilter): Promise<readonly Market[]> {
    const { search, type, active } = filter;
    const key = JSON.stringify([exchange, search, type, active]);
    const recall = (): readonly Market[] | null => {
      const found = this.#found.get(key);
      return found?.markets === markets ? found.matching : null;
    };
    const look = (): readonly Market[] => {
      const matching = this.#filter(markets, filter);
      this.#found.set(key, { markets, matching });
      return matching;
    };
    // While this one waits for its turn, another may find the same.
    return recall() ?? this.#turns.run(() => recall() ?? look());
  }

  /** The market of a symbol. Rejects with SYMBOL_NOT_FOUND, for which it looks through all of them. */
  async require(exchange: string, symbol: string, markets: Markets): Promise<Market> {
    return markets.get(symbol) ?? this.#turns.run(() => requireMarket(exchange, symbol, markets));
  }

  #filter(markets: Markets, { search, type, active }: MarketFilter): readonly Market[] {
    const text = (search ?? '').toLowerCase();
    const plain = normalizeName(text);
    const plainSymbols = this.#plainOf(markets);
    return [...markets.values()].filter(
      (market, index) =>
        (typeof type !== 'string' || market.type === type) &&
        (typeof active !== 'boolean' || market.active === active) &&
        (market.symbol.toLowerCase().includes(text) || (plain !== '' && plainSymbols[index]?.includes(plain))),
    );
  }

  #plainOf(markets: Markets): readonly string[] {
    const known = this.#plain.get(markets);
    if (known) return known;
    const made = [...markets.keys()].map(normalizeName);
    this.#plain.set(markets, made);
    return made;
  }
}
