import type { View } from '../address/address.ts';
import { rankByCount } from '../base/rank-by-count.ts';
import type { FoundMarket } from './market-search.ts';

/** What most markets are quoted in: somebody who looks for BTC seldom means BTC/AUD. */
const usualQuotes: readonly string[] = ['USDT', 'USD', 'USDC', 'EUR', 'BTC'];
const types: readonly string[] = ['SPOT', 'SWAP', 'FUTURE', 'OPTION'];

/**
 * The markets of exactly the coin that is looked for come first: those in the usual quote currencies, spot before
 * contracts, and at last those that are not traded. The others keep the order of the server. Each is listed once.
 */
export function rankMarkets(
  markets: readonly FoundMarket[],
  text: string,
  preferredQuote: string | null,
): readonly FoundMarket[] {
  const quotes = preferredQuote === null ? usualQuotes : [preferredQuote, ...usualQuotes];
  const ranksOf = ({ active, quote, type }: FoundMarket): readonly number[] => [
    active === false ? 1 : 0,
    placeIn(quotes, quote),
    placeIn(types, type),
  ];
  const unique = [...new Map(markets.map((market) => [market.symbol, market])).values()];
  const isWanted = ({ base }: FoundMarket): boolean => base.toLowerCase() === text.toLowerCase();
  return [
    ...unique.filter(isWanted).sort((a, b) => compare(ranksOf(a), ranksOf(b))),
    ...unique.filter((market) => !isWanted(market)),
  ];
}

/** The quote currency of the current view: that of its market or its filter, or of the most markets of its list. */
export function quoteOf(view: View): string | null {
  switch (view.kind) {
    case 'screen':
      return view.quote || null;
    case 'market':
      return quoteIn(view.symbol);
    case 'markets':
      return rankByCount((view.markets ?? []).flatMap(({ symbol }) => quoteIn(symbol) ?? []))[0] ?? null;
  }
}

/** USD of BTC/USD:BTC. */
function quoteIn(symbol: string): string | null {
  return /\/([^:]+)/.exec(symbol)?.[1] ?? null;
}

/** What is not in the list comes after it. */
function placeIn(list: readonly string[], value: string): number {
  const index = list.indexOf(value);
  return index < 0 ? list.length : index;
}

/** By the first numbers that differ. */
function compare(a: readonly number[], b: readonly number[]): number {
  return a.map((value, index) => value - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
