import type { MarketRef } from '../base/market-ref.ts';
import type { Answer } from './market-search.ts';

/** What can be chosen: an exchange, or a market of one. */
export interface SearchOption {
  /** Stays the same when others are added. It is the id of the element. */
  readonly id: string;
  readonly exchange: string;
  readonly market: MarketRef | null;
}

/** The options in the order of the page: first the exchanges, then the markets. */
export function listOptions(exchanges: readonly string[], answers: readonly Answer[]): readonly SearchOption[] {
  return [
    ...exchanges.map((exchange) => ({ id: toOptionId(exchange), exchange, market: null })),
    ...answers.flatMap(({ exchange, markets }) =>
      markets.map(({ symbol }) => ({ id: toOptionId(exchange, symbol), exchange, market: { exchange, symbol } })),
    ),
  ];
}

/** An id of HTML: it has no spaces, which symbols do not have either. */
export function toOptionId(exchange: string, symbol = ''): string {
  return `search-${exchange}:${symbol}`;
}

/** The option that Enter chooses if nobody has moved: the exchange that the words name, otherwise the first market. */
export function findBest(options: readonly SearchOption[], named: string | null): SearchOption | null {
  const exchange = options.find((option) => option.market === null && option.exchange === named);
  return exchange ?? options.find(({ market }) => market !== null) ?? options[0] ?? null;
}

/** The option before or after another one; after the last comes the first. */
export function moveBy(
  options: readonly SearchOption[],
  active: SearchOption | null,
  step: 1 | -1,
): SearchOption | null {
  const index = options.findIndex(({ id }) => id === active?.id);
  const next = index < 0 && step < 0 ? -1 : index + step;
  return options.at(next % Math.max(1, options.length)) ?? null;
}
