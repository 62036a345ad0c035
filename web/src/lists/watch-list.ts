import { type MarketRef, toKey } from '../base/market-ref.ts';

/** A named list of markets. A market is in it once. */
export interface WatchList {
  readonly name: string;
  readonly markets: readonly MarketRef[];
}

/** The same market on the same exchange. */
export function isSame(a: MarketRef, b: MarketRef): boolean {
  return a.exchange === b.exchange && a.symbol === b.symbol;
}

/** The markets in their order, each once. */
export function withoutDuplicates(markets: readonly MarketRef[]): readonly MarketRef[] {
  return markets.filter((market, index) => markets.findIndex((other) => isSame(market, other)) === index);
}

/** The list with the market at this place; a market that is in the list moves there. */
export function placeMarket(markets: readonly MarketRef[], market: MarketRef, index: number): readonly MarketRef[] {
  const others = removeMarket(markets, market);
  return [...others.slice(0, index), market, ...others.slice(index)];
}

export function removeMarket(markets: readonly MarketRef[], market: MarketRef): readonly MarketRef[] {
  return markets.filter((other) => !isSame(market, other));
}

/** The name, with a number behind it if there is a list of this name. */
export function toFreeName(name: string, lists: readonly WatchList[]): string {
  const isTaken = (wanted: string): boolean => lists.some((list) => list.name === wanted);
  if (!isTaken(name)) return name;
  let number = 2;
  while (isTaken(`${name} ${number}`)) number++;
  return `${name} ${number}`;
}

/** The names of all markets of a list as one text, by which lists are compared. */
export function toText(markets: readonly MarketRef[]): string {
  return markets.map(toKey).join(',');
}

/** Reads a list as the browser keeps it. Null if it is something else. */
export function parseWatchList(value: unknown): WatchList | null {
  if (!isObject(value)) return null;
  const { name, markets } = value;
  if (typeof name !== 'string' || name === '' || !Array.isArray(markets)) return null;
  return { name, markets: withoutDuplicates(markets.flatMap((market) => parseMarket(market) ?? [])) };
}

function parseMarket(value: unknown): MarketRef | null {
  if (!isObject(value)) return null;
  const { exchange, symbol } = value;
  return typeof exchange === 'string' && exchange && typeof symbol === 'string' && symbol ? { exchange, symbol } : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
