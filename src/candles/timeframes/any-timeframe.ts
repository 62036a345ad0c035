import type { Clock } from '../../base/clock.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { Candle, CandleQuery } from '../../market/model/candle.ts';
import { isInDoubt, isTooOld } from '../../market/model/candle-errors.ts';
import type { CandleFormat, CandleText } from '../../market/model/candle-text.ts';
import { bothValid, type Fresh, type Validity } from '../../market/model/fresh.ts';
import type { FetchOptions, MarketData } from '../../market/ports/market-data.ts';
import { maxCandles } from '../../market/row-limits.ts';
import { isTimeframe, periodsOf } from '../../market/timeframe.ts';
import { writeCandles } from '../text/write-candles.ts';
import { type Base, toBases } from './bases.ts';
import { combineCandles, isAligned } from './combine.ts';

type Candles = Fresh<readonly Candle[]>;

export interface AnyTimeframeOptions {
  readonly source: Pick<MarketData, 'fetchTimeframes'>;
  /** Candles of the timeframes that markets have. */
  readonly stored: Pick<MarketData, 'fetchCandles' | 'fetchCandleText'>;
  readonly clock: Clock;
}

/** The two ways to an answer. */
interface Answers<A> {
  /** From stored candles, as they are. */
  readonly direct: () => Promise<A>;
  /** From candles that were built. */
  readonly built: (candles: Candles) => Promise<A> | A;
}

/** How many candles one answer may be built from. */
const maxParts = 50_000;

/** A search for older candles passes at most this many missing parts in a row. */
const maxMissingParts = 3000;

/**
 * Candles of any timeframe. A timeframe that the market lacks is built from the longest one that divides it. This also
 * works if the exchange refuses the timeframe only when it is requested.
 * Throws what `fetchTimeframes` does, BAD_USER_INPUT for an invalid limit or range, and what `stored` does.
 */
export function createAnyTimeframe({
  source,
  stored,
  clock,
}: AnyTimeframeOptions): Required<Pick<MarketData, 'fetchCandles' | 'fetchCandleText'>> {
  async function fetchCandles(query: CandleQuery, options?: FetchOptions): Promise<Candles> {
    return fetch(query, options, {
      direct: () => stored.fetchCandles(query, options),
      built: (candles) => candles,
    });
  }

  async function fetchCandleText(
    query: CandleQuery,
    format: CandleFormat,
    options?: FetchOptions,
  ): Promise<Fresh<CandleText> | null> {
    const write = async ({ value, ...validity }: Candles): Promise<Fresh<CandleText> | null> => {
      const text = await writeCandles(value, format);
      return text && { value: text, ...validity };
    };
    return fetch(query, options, {
      direct: async () =>
        stored.fetchCandleText
          ? stored.fetchCandleText(query, format, options)
          : write(await stored.fetchCandles(query, options)),
      built: write,
    });
  }

  async function fetch<A>(query: CandleQuery, options: FetchOptions | undefined, to: Answers<A>): Promise<A> {
    requireRange(query);
    const { exchange, symbol } = query;
    let { value: timeframes } = await source.fetchTimeframes(exchange, symbol);
    for (;;) {
      try {
        return await answer(query, timeframes, options, to);
      } catch (error) {
        if (!(error instanceof MarketDataError) || error.code !== 'TIMEFRAME_NOT_SUPPORTED') throw error;
        const { value: left } = await source.fetchTimeframes(exchange, symbol);
        if (left.length >= timeframes.length) throw error;
        timeframes = left;
      }
    }
  }

  async function answer<A>(
    query: CandleQuery,
    timeframes: readonly string[],
    options: FetchOptions | undefined,
    { direct, built }: Answers<A>,
  ): Promise<A> {
    const isBuilt = isTimeframe(query.timeframe) && !timeframes.includes(query.timeframe);
    for (const base of isBuilt ? toBases(query.timeframe, timeframes) : []) {
      if (base.ratio > maxParts) continue;
      const candles = await buildCandles(query, base, options);
      if (candles) return built(candles);
    }
    // If this is not a timeframe, the error names the timeframes that the market has.
    return direct();
  }

  /** Null if the candles of the base do not begin where ours do. */
  async function buildCandles(
    query: CandleQuery,
    base: Base,
    options: FetchOptions | undefined,
  ): Promise<Candles | null> {
    const { timeframe, since, until = Number.POSITIVE_INFINITY, limit } = query;
    const { indexOf, startOf } = periodsOf(timeframe);
    // The first period that begins at the end of the range or that has not begun yet.
    const end = indexOf(Math.min(until, clock.now() + 1) - 1) + 1;
    let validity: Validity = { freshUntil: Number.POSITIVE_INFINITY };

    const build = async (first: number, last: number, most: number): Promise<readonly Candle[] | null> => {
      const now = clock.now();
      const range = { since: Math.max(0, startOf(first)), until: startOf(last), limit: most * base.ratio };
      const parts = await stored.fetchCandles({ ...query, ...range, timeframe: base.timeframe }, options);
      validity = bothValid(validity, parts);
      // Parts that are being renewed were known before they expired: a later end of a period says nothing about them.
      const knownAt = parts.reusableUntil === undefined ? now : Math.min(now, parts.freshUntil - 1);
      return isAligned(periodsOf(base.timeframe), parts.value) ? combineCandles(timeframe, parts.value, knownAt) : null;
    };

    if (since !== undefined) {
      const first = indexOf(since - 1) + 1;
      const most = Math.max(1, Math.min(limit, end - first));
      requireParts(query, base, most);
      // Every candle but the last is complete. If the last one is not, there are more candles than the limit.
      const candles = await build(first, end, most);
      return candles && { value: candles.slice(0, limit), ...validity };
    }

    requireParts(query, base, limit);
    let candles: readonly Candle[] = [];
    for (let [last, empty] = [end, 0]; candles.length < limit && empty * base.ratio < maxMissingParts; ) {
      const first = last - Math.max(limit - candles.length, empty);
      if (startOf(last) <= 0) break;
      const found = await build(first, last, last - first).catch((error: unknown) => {
        // The exchange's history ends here: fewer candles than the limit are all that there are.
        if (last < end && (isTooOld(error) || (candles.length > 0 && isInDoubt(error)))) return [];
        throw error;
      });
      if (!found) return null;
      candles = [...found, ...candles];
      empty = found.length > 0 ? 0 : empty + last - first;
      last = first;
    }
    return { value: candles.slice(-limit), ...validity };
  }

  return { fetchCandles, fetchCandleText };
}

function requireRange({ exchange, symbol, timeframe, since, until, limit }: CandleQuery): void {
  const about = { exchange, symbol, timeframe };
  if (limit < 1 || limit > maxCandles) {
    const hint = limit > maxCandles ? '; for more, page by since, which may be the timestamp after the last one' : '';
    throw new MarketDataError('BAD_USER_INPUT', `limit is ${limit}; it must be from 1 to ${maxCandles}${hint}.`, about);
  }
  if (since !== undefined && until !== undefined && since >= until) {
    throw new MarketDataError('BAD_USER_INPUT', 'since must be before until.', about);
  }
}

function requireParts(query: CandleQuery, base: Base, count: number): void {
  if (count * base.ratio <= maxParts) return;
  const { exchange, symbol, timeframe } = query;
  const most = Math.floor(maxParts / base.ratio);
  const message = `On ${exchange}, each ${timeframe} candle is built from ${base.ratio} candles of ${base.timeframe}: ask for a limit of up to ${most}, and page by since for more.`;
  throw new MarketDataError('BAD_USER_INPUT', message, { exchange, symbol, timeframe, maxLimit: most });
}
