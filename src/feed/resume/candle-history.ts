import { MarketDataError } from '../../market/errors.ts';
import type { Candle, CandleSeries } from '../../market/model/candle.ts';
import { isInDoubt, isTooOld } from '../../market/model/candle-errors.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import { maxCandles } from '../../market/row-limits.ts';
import { toText } from './since.ts';

/** The candles that begin within `[since, until)`, epoch ms; without `until`, up to now. */
export interface CandleSpan {
  readonly since: number;
  readonly until?: number;
}

/**
 * Fetches all candles of a span, oldest first: at most as many as one query can return. Throws BAD_USER_INPUT if there
 * are more or if the query is refused, and any other error of the query.
 */
export async function fetchCandleHistory(
  marketData: Pick<MarketData, 'fetchCandles'>,
  series: CandleSeries,
  span: CandleSpan,
): Promise<readonly Candle[]> {
  const query = { ...series, ...span, limit: maxCandles };
  const { value: candles } = await marketData.fetchCandles(query, { maxAgeMs: 0 }).catch((error: unknown) => {
    throw isRefusedQuery(error) ? withAdvice(error) : error;
  });
  const last = candles.at(-1);
  if (!last || candles.length < maxCandles || last.timestamp + 1 === span.until) return candles;
  const more = await marketData.fetchCandles({ ...query, since: last.timestamp + 1, limit: 1 });
  if (more.value.length > 0) throw tooMany(series, span.since);
  return candles;
}

const advice = 'query candles in pages first, then subscribe with since = the timestamp of the last one';

function tooMany({ exchange, symbol, timeframe }: CandleSeries, since: number): MarketDataError {
  const message = `More than ${maxCandles} candles of ${symbol} ${timeframe} have begun since ${toText(since)}, which is too many for a subscription: ${advice}.`;
  return new MarketDataError('BAD_USER_INPUT', message, { exchange, symbol, timeframe });
}

/** True if the query asks for too many candles, not for candles that the exchange no longer has. */
function isRefusedQuery(error: unknown): error is MarketDataError {
  const isRefused = error instanceof MarketDataError && error.code === 'BAD_USER_INPUT';
  return isRefused && !isTooOld(error) && !isInDoubt(error);
}

function withAdvice({ code, message, details }: MarketDataError): MarketDataError {
  return new MarketDataError(code, `${message} For a subscription: ${advice}.`, details);
}
