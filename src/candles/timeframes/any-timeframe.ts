import type { Clock } from '../../base/clock.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { Candle, CandleQuery } from '../../market/model/candle.ts';
import { isInDoubt, isTooOld } from '../../market/model/candle-errors.ts';
import type { FetchOptions, MarketData } from '../../market/ports/market-data.ts';
import { maxCandles } from '../../market/row-limits.ts';
import { isTimeframe, periodsOf } from '../../market/timeframe.ts';
import type { FetchCandles } from '../pages/store.ts';
import { type Base, toBases } from './bases.ts';
import { combineCandles, isAligned } from './combine.ts';

export interface AnyTimeframeOptions {
  readonly fetchTimeframes: MarketData['fetchTimeframes'];
  /** Candles of the timeframes that markets have. */
  readonly fetchCandles: FetchCandles;
  readonly clock: Clock;
}

/** The most candles that one answer may be built from. */
const maxParts = 50_000;

/** How many parts in a row that are missing are looked through for older candles. */
const maxMissingParts = 3000;

/**
 * Candles of any timeframe: one that the market lacks is built from its longest one that divides it, also where it turns
 * out only now that the exchange refuses it.
 * Throws what `fetchTimeframes` does, BAD_USER_INPUT for a limit or a range that is none, and what `fetchCandles` does.
 */
export function createAnyTimeframe({ fetchTimeframes, fetchCandles, clock }: AnyTimeframeOptions): FetchCandles {
  return async (query, options) => {
    requireRange(query);
    const { exchange, symbol } = query;
    let timeframes = await fetchTimeframes(exchange, symbol);
    for (;;) {
      try {
        return await answer(query, timeframes, options);
      } catch (error) {
        if (!(error instanceof MarketDataError) || error.code !== 'TIMEFRAME_NOT_SUPPORTED') throw error;
        const left = await fetchTimeframes(exchange, symbol);
        if (left.length >= timeframes.length) throw error;
        timeframes = left;
      }
    }
  };

  async function answer(
    query: CandleQuery,
    timeframes: readonly string[],
    options: FetchOptions | undefined,
  ): Promise<readonly Candle[]> {
    const isBuilt = isTimeframe(query.timeframe) && !timeframes.includes(query.timeframe);
    for (const base of isBuilt ? toBases(query.timeframe, timeframes) : []) {
      if (base.ratio > maxParts) continue;
      const candles = await buildCandles(query, base, options);
      if (candles) return candles;
    }
    // Which says what timeframes there are, where this is none of them.
    return fetchCandles(query, options);
  }

  /** Null where the candles of the base begin elsewhere than ours. */
  async function buildCandles(
    query: CandleQuery,
    base: Base,
    options: FetchOptions | undefined,
  ): Promise<readonly Candle[] | null> {
    const { timeframe, since, until = Number.POSITIVE_INFINITY, limit } = query;
    const { indexOf, startOf } = periodsOf(timeframe);
    // The first period that begins at the end of the range, or has not begun.
    const end = indexOf(Math.min(until, clock.now() + 1) - 1) + 1;

    const build = async (first: number, last: number, most: number): Promise<readonly Candle[] | null> => {
      const now = clock.now();
      const range = { since: Math.max(0, startOf(first)), until: startOf(last), limit: most * base.ratio };
      const parts = await fetchCandles({ ...query, ...range, timeframe: base.timeframe }, options);
      return isAligned(periodsOf(base.timeframe), parts) ? combineCandles(timeframe, parts, now) : null;
    };

    if (since !== undefined) {
      const first = indexOf(since - 1) + 1;
      const most = Math.max(1, Math.min(limit, end - first));
      requireParts(query, base, most);
      // Of so many parts each but the last is whole, and there are more than are wanted where that one is not.
      return (await build(first, end, most))?.slice(0, limit) ?? null;
    }

    requireParts(query, base, limit);
    let candles: readonly Candle[] = [];
    for (let [last, empty] = [end, 0]; candles.length < limit && empty * base.ratio < maxMissingParts; ) {
      const first = last - Math.max(limit - candles.length, empty);
      if (startOf(last) <= 0) break;
      const found = await build(first, last, last - first).catch((error: unknown) => {
        // As far back as the exchange goes, where some of those asked for had no trade.
        if (last < end && (isTooOld(error) || (candles.length > 0 && isInDoubt(error)))) return [];
        throw error;
      });
      if (!found) return null;
      candles = [...found, ...candles];
      empty = found.length > 0 ? 0 : empty + last - first;
      last = first;
    }
    return candles.slice(-limit);
  }
}

function requireRange({ exchange, symbol, timeframe, since, until, limit }: CandleQuery): void {
  const about = { exchange, symbol, timeframe };
  if (limit < 1 || limit > maxCandles) {
    const hint = limit > maxCandles ? '; for more, page by since, which may be the timestamp after the last one' : '';
    throw new MarketDataError('BAD_USER_INPUT', `limit is ${limit}; it must be from 1 to ${maxCandles}${hint}.`, about);
  }
  if (since !== undefined && until !== undefined && since >= until) {
    throw new MarketDataError('BAD_USER_INPUT', 'since must lie before until.', about);
  }
}

function requireParts(query: CandleQuery, base: Base, count: number): void {
  if (count * base.ratio <= maxParts) return;
  const { exchange, symbol, timeframe } = query;
  const most = Math.floor(maxParts / base.ratio);
  const message = `On ${exchange} a candle of ${timeframe} is built from ${base.ratio} of ${base.timeframe}: ask for a limit of up to ${most}, and page by since for more.`;
  throw new MarketDataError('BAD_USER_INPUT', message, { exchange, symbol, timeframe });
}
