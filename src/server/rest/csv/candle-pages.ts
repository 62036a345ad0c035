import { GraphQLError } from 'graphql';
import type { Values } from '../messages/read-values.ts';
import type { CandleRow } from './candle-csv.ts';

/** The candles in one page, unless the exchange or the limits on the cost of operations allow only fewer. */
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
      const smaller = findSmallerLimit(error, size);
      if (smaller === null) throw error;
      pageRows = smaller;
      continue;
    }
    yield rows;
    const last = rows.at(-1);
    if (!last || rows.length < size) return;
    since = last[0] + 1;
    left -= size;
  }
}

/** How many candles to request instead, if there were too many for one answer; null if something else is wrong. */
export function findSmallerLimit(error: unknown, limit: number): number | null {
  if (!(error instanceof GraphQLError)) return null;
  const { maxLimit } = error.extensions;
  const smaller = typeof maxLimit === 'number' ? maxLimit : isTooCostly(error) ? Math.floor(limit / 2) : 0;
  return smaller > 0 && smaller < limit ? smaller : null;
}

/** True if the operation costs more than MAX_QUERY_COST, or more than the client can spend in any minute. */
function isTooCostly({ extensions: { code, exchange, retryable } }: GraphQLError): boolean {
  return code === 'QUERY_TOO_COMPLEX' || (code === 'RATE_LIMITED' && exchange === undefined && retryable === false);
}
