import type { ExchangeInfo } from '../client/exchanges.ts';

type Exchanges = ReadonlyMap<string, ExchangeInfo>;

/** The exchanges whose markets can be ranked. */
export function listRankable(exchanges: Exchanges): readonly ExchangeInfo[] {
  return [...exchanges.values()].filter(({ has }) => has.includes('TICKERS'));
}

/** The exchange of a screen whose address names none: the last used one, else `sim`, else the first that can be ranked. */
export function chooseExchange(exchanges: Exchanges, lastUsed: string | null): string | null {
  if (lastUsed !== null && exchanges.has(lastUsed)) return lastUsed;
  const rankable = listRankable(exchanges);
  const chosen = rankable.find(({ simulated }) => simulated) ?? rankable[0] ?? exchanges.values().next().value;
  return chosen?.id ?? null;
}
