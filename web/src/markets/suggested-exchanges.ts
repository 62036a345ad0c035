import type { ExchangeInfo } from '../client/exchanges.ts';

/** More are chosen from a list. */
const maxSuggested = 8;

/** The exchanges that an empty list links to: those whose markets can be ranked, if the server has only a few. */
export function listSuggested(exchanges: ReadonlyMap<string, ExchangeInfo>): readonly string[] {
  const rankable = [...exchanges.values()].filter(({ has }) => has.includes('TICKERS'));
  return rankable.length <= maxSuggested ? rankable.map(({ id }) => id) : [];
}
