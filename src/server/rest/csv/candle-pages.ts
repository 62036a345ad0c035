import { GraphQLError } from 'graphql';
import type { Values } from '../messages/read-values.ts';
import type { CandleRow } from './candle-csv.ts';

/** The candles in one page, unless the exchange allows only fewer of this timeframe. */
const maxPageRows = 5000;

/** Fetches the candles for these values of arguments; rejects if that fails. */
export type FetchCandles = (values: Values) => Promise<readonly CandleRow[]>;

/** Fetches candles page by page: the first `limit` ones from `since` on. A page is fetched when it is needed. */
export async function* fetchPages(
  fetchCandles: FetchCandles,
  values: Values,
  limit: number,
): AsyncGenerator<readonly CandleRow[], void> {
  let { since } = values;
  let pageRows = maxPageRows;
  let left = limit;
  while (left > 0) {
    const size = Math.min(pageRows, left);
    let rows: readonly CandleRow[];
    try {
      rows = await fetchCandles({ ...values, since, limit: size });
    } catch (error) {
      const most = findMaxLimit(error);
      if (most === null || most >= size) throw error;
      pageRows = most;
      continue;
    }
    yield rows;
    const last = rows.at(-1);
    if (!last || rows.length < size) return;
    since = last[0] + 1;
    left -= size;
  }
}

/** How many candles an answer can have, if that is what is wrong; otherwise null. */
export function findMaxLimit(error: unknown): number | null {
  const maxLimit = error instanceof GraphQLError ? error.extensions.maxLimit : null;
  return typeof maxLimit === 'number' && maxLimit > 0 ? maxLimit : null;
}
