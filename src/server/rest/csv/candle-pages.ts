import type { Values } from '../messages/read-values.ts';
import type { CandleRow } from './candle-csv.ts';

/** The candles in one page. */
const pageRows = 5000;

/** Fetches the candles for these values of arguments; rejects if that fails. */
export type FetchCandles = (values: Values) => Promise<readonly CandleRow[]>;

/** Fetches candles page by page: the first `limit` ones from `since` on. A page is fetched when it is needed. */
export async function* fetchPages(
  fetchCandles: FetchCandles,
  values: Values,
  limit: number,
): AsyncGenerator<readonly CandleRow[], void> {
  let { since } = values;
  for (let left = limit; left > 0; left -= pageRows) {
    const size = Math.min(pageRows, left);
    const rows = await fetchCandles({ ...values, since, limit: size });
    yield rows;
    const last = rows.at(-1);
    if (!last || rows.length < size) return;
    since = last[0] + 1;
  }
}
