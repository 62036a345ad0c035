import type { Client, CombinedError } from 'urql';
import { type Failure, toFailure } from '../../../client/error-text.ts';
import { type Candle, type CandleSeries, toCandle } from './candle.ts';
import { OhlcvDocument } from './candles.graphql.ts';
import { periodAfter } from './timeframe.ts';

/** A part of the history: candles, oldest first, with none missing up to those after them; or why it did not come. */
export type CandlePage =
  | { readonly kind: 'page'; readonly candles: readonly Candle[]; readonly isBeginning: boolean }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Which candles: those before `until` (epoch ms), or the newest. With `since`, all of them from there on. */
interface Range {
  readonly since?: number;
  readonly until: number | null;
  readonly limit: number;
}

const newestCount = 500;
const olderCount = 1000;
const maxAttempts = 3;

/** Loads the newest candles, or those before `until` (epoch ms). */
export async function loadCandles(client: Client, series: CandleSeries, until: number | null): Promise<CandlePage> {
  let failure: Failure = { message: 'The server has no candles of this market.', retryAfterMs: null, at: Date.now() };
  let range: Range | null = { until, limit: until === null ? newestCount : olderCount };
  for (let attempt = 1; range && attempt <= maxAttempts; attempt++) {
    const { data, error } = await client.query(OhlcvDocument, { ...series, ...range }).toPromise();
    if (data?.ohlcv) {
      const candles = data.ohlcv.map(toCandle);
      return { kind: 'page', candles, isBeginning: candles.length === 0 || range.since !== undefined };
    }
    if (!error) break;
    failure = toFailure(error);
    range = narrow(range, series.timeframe, error);
    // Nothing is left between where the exchange's history begins and `until`.
    if (range?.since !== undefined && until !== null && range.since >= until) {
      return { kind: 'page', candles: [], isBeginning: true };
    }
  }
  return { kind: 'failed', failure };
}

/** The part of the range that the error says can be had; null if it says nothing like that. */
function narrow(range: Range, timeframe: string, { graphQLErrors: [error] }: CombinedError): Range | null {
  const { oldest, maxLimit } = error?.extensions ?? {};
  // Some exchanges serve only their newest candles. Where these begin moves on, perhaps during the next request.
  if (typeof oldest === 'number') return { ...range, since: periodAfter(timeframe, oldest) };
  if (typeof maxLimit === 'number' && maxLimit < range.limit) return { ...range, limit: maxLimit };
  return null;
}
