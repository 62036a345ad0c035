import { LRUCache } from 'lru-cache';
import { normalizeName } from '../../base/suggest.ts';
import { Yielding } from '../../base/yielding.ts';
import type { Market, Markets, MarketType } from '../../market/model/market.ts';
import { requireMarket } from '../../market/model/not-found.ts';
import { groupCount, type OrderedMarket, readSymbol, SearchText } from './market-order.ts';

export interface MarketFilter {
  readonly search?: string | null | undefined;
  readonly type?: MarketType | null | undefined;
  readonly active?: boolean | null | undefined;
  /** Currency codes, in any case. */
  readonly base?: string | null | undefined;
  readonly quote?: string | null | undefined;
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

  /** The matching markets: sorted by symbol, or with `search` in groups (see SearchText) that are sorted by symbol. */
  async find(exchange: string, markets: Markets, filter: MarketFilter): Promise<readonly Market[]> {
    const { search, type, active, base, quote } = filter;
    const key = JSON.stringify([exchange, search, type, active, base, quote]);
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

  /** How many of the matching markets come up to and including a symbol, which may no longer be among them. */
  async countUpTo(
    symbol: string,
    matching: readonly Market[],
    markets: Markets,
    filter: MarketFilter,
  ): Promise<number> {
    const known = matching.findIndex((market) => market.symbol === symbol);
    return known >= 0 ? known + 1 : this.#yielding.run(() => countBefore(symbol, matching, markets, filter));
  }

  #filter(markets: Markets, filter: MarketFilter): readonly Market[] {
    const { search } = filter;
    const isWanted = toPredicate(filter);
    if (!search) return [...markets.values()].filter(isWanted);
    const text = new SearchText(search);
    const normalizedSymbols = this.#normalizedSymbolsOf(markets);
    const groups: Market[][] = Array.from({ length: groupCount }, () => []);
    let index = 0;
    for (const market of markets.values()) {
      const group = isWanted(market) ? text.groupOf(market, normalizedSymbols[index] ?? '') : null;
      if (group !== null) groups[group]?.push(market);
      index += 1;
    }
    return groups.flat();
  }

  #normalizedSymbolsOf(markets: Markets): readonly string[] {
    const known = this.#normalizedSymbols.get(markets);
    if (known) return known;
    const symbols = [...markets.keys()].map(normalizeName);
    this.#normalizedSymbols.set(markets, symbols);
    return symbols;
  }
}

function toPredicate({ type, active, base, quote }: MarketFilter): (market: Market) => boolean {
  const [baseCode, quoteCode] = [base?.toLowerCase(), quote?.toLowerCase()];
  return (market) =>
    (typeof type !== 'string' || market.type === type) &&
    (typeof active !== 'boolean' || market.active === active) &&
    (baseCode === undefined || market.base.toLowerCase() === baseCode) &&
    (quoteCode === undefined || market.quote.toLowerCase() === quoteCode);
}

/** How many markets come before a symbol that is not among them. */
function countBefore(symbol: string, matching: readonly Market[], markets: Markets, { search }: MarketFilter): number {
  if (!search) return matching.filter((market) => market.symbol < symbol).length;
  const text = new SearchText(search);
  const groupOf = (market: OrderedMarket): number => text.groupOf(market, normalizeName(market.symbol)) ?? groupCount;
  const group = groupOf(markets.get(symbol) ?? readSymbol(symbol));
  return matching.filter((market) => {
    const other = groupOf(market);
    return other < group || (other === group && market.symbol < symbol);
  }).length;
}
