import { MarketDataError } from '../market/errors.ts';
import type { Candle, CandleQuery, CandleSeries } from '../market/model/candle.ts';
import { isTooOld } from '../market/model/candle-errors.ts';
import { maxCandles } from '../market/row-limits.ts';
import { periodsOf } from '../market/timeframe.ts';

/** Where candles come from: the market data of one operation. */
export interface CandleReader {
  /** As `MarketData.fetchCandles`, without the freshness. */
  fetchCandles(query: CandleQuery): Promise<readonly Candle[]>;
}

/** The candles before a time, as far as they are needed. */
export interface EarlierCandles {
  /** Oldest first. */
  readonly candles: readonly Candle[];
  /** True if there are fewer than needed although the market may have older ones, which the exchange does not serve. */
  readonly isCut: boolean;
}

const maxFetches = 4;

const maxPerFetch = maxCandles / 2;

/** How often the start of the exchange's history may turn out to be later than the exchange said before. */
const maxAttempts = 4;

/**
 * If the exchange serves this many periods before a candle, and there is no candle in them, the market begins with it:
 * then it was listed, or it was idle for so long that its averages begin anew.
 */
const emptyPeriods = 100;

/**
 * The newest `count` candles that begin before `until` (epoch ms), fewer if the market begins later, or what the exchange
 * serves of it. Rejects with what the reader rejects with, except that the history does not reach back that far.
 */
export async function fetchEarlier(
  reader: CandleReader,
  series: CandleSeries,
  until: number,
  count: number,
): Promise<EarlierCandles> {
  let candles: readonly Candle[] = [];
  for (let fetches = 0; candles.length < count; fetches++) {
    if (fetches === maxFetches) return { candles, isCut: true };
    const limit = Math.min(count - candles.length, maxPerFetch);
    const found = await fetchBefore(reader, { ...series, until: candles[0]?.timestamp ?? until, limit });
    candles = [...found.candles, ...candles];
    if (found.isLast) return { candles, isCut: !(await beginsAt(reader, series, candles[0]?.timestamp ?? until)) };
  }
  return { candles, isCut: false };
}

interface Found {
  readonly candles: readonly Candle[];
  /** True if no earlier candles can be fetched. */
  readonly isLast: boolean;
}

/** One fetch; if the history does not reach back that far, one more from where it begins. */
async function fetchBefore(reader: CandleReader, query: CandleQuery & { readonly until: number }): Promise<Found> {
  let next: CandleQuery = query;
  for (let attempts = 0; attempts < maxAttempts; attempts++) {
    try {
      const candles = await reader.fetchCandles(next);
      return { candles, isLast: candles.length < next.limit };
    } catch (error) {
      if (!(error instanceof MarketDataError)) throw error;
      const { oldest, maxLimit = query.limit } = error.details;
      if (maxLimit < next.limit) next = { ...query, limit: maxLimit };
      else if (!isTooOld(error)) throw error;
      else if (oldest === undefined || oldest >= query.until) break;
      else next = { ...query, since: oldest };
    }
  }
  return { candles: [], isLast: true };
}

/** True if the exchange serves the periods before this candle (epoch ms), and they are empty. */
async function beginsAt(reader: CandleReader, series: CandleSeries, first: number): Promise<boolean> {
  const { indexOf, startOf } = periodsOf(series.timeframe);
  const since = Math.max(0, startOf(indexOf(first) - emptyPeriods));
  try {
    return (await reader.fetchCandles({ ...series, since, until: first, limit: 1 })).length === 0;
  } catch (error) {
    if (isTooOld(error)) return false;
    throw error;
  }
}
