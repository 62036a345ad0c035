import type { Candle } from '../market/model/candle.ts';
import { type Periods, periodsOf } from '../market/timeframe.ts';
import type { Indicator } from './indicator.ts';
import type { WarmUp } from './warm-up.ts';

/** The candles of an answer, after those that came before them. */
export interface CandleHistory {
  readonly timeframe: string;
  /** Oldest first. */
  readonly candles: readonly Candle[];
  /** How many of them, at the end, are those of the answer. */
  readonly count: number;
  /** True if the market may have candles before the first one. */
  readonly isCut: boolean;
  /** True if the answer ends at a given time or now; false if it begins at a given time. */
  readonly isNewest: boolean;
}

/** One calculation over candles `from` to `end`, of which the values from `first` on are used. */
export interface Run {
  readonly from: number;
  readonly first: number;
  readonly end: number;
}

/** Averages without an end begin anew for each of these stretches, in periods. */
const stretch = 200;

/** The sum of OBV begins at a multiple of this, in periods. No answer has more candles. */
export const sumStretch = 1000;

/**
 * A value must not depend on how many candles a client asks for. Windows do not, whatever they are calculated from. A
 * recursive average does: the farther back it begins, the less its beginning weighs, but it is never the same. So periods
 * are divided into stretches of 200, aligned alike for every query, and the values of each stretch come from a run of
 * their own, which begins `before` candles ahead of the stretch. The sum of OBV has to be one run. It begins at a
 * multiple of 1000 periods: the last one before `since`, or before the 1000 newest candles.
 */
export function runsOf({ kind }: Indicator, { before }: WarmUp, history: CandleHistory): readonly Run[] {
  const end = history.candles.length;
  const first = end - history.count;
  if (history.count === 0) return [];
  if (kind === 'OBV') return [{ from: Math.max(0, sumStart(history) - before), first, end }];
  return isRecursive(kind) ? stretchRuns(history, before) : [{ from: Math.max(0, first - before), first, end }];
}

/** How many candles before those of the answer are needed at most. */
export function countBefore({ kind }: Indicator, { before }: WarmUp, answer: CandleHistory): number {
  const { indexOf } = periodsOf(answer.timeframe);
  const first = indexOf(answer.candles[0]?.timestamp ?? 0);
  if (kind === 'OBV') return before + (answer.isNewest ? 2 * sumStretch - answer.count : first % sumStretch);
  return isRecursive(kind) ? before + (first % stretch) : before;
}

function isRecursive(kind: Indicator['kind']): boolean {
  return kind === 'EMA' || kind === 'RSI' || kind === 'MACD' || kind === 'ATR' || kind === 'ADX';
}

function sumStart({ timeframe, candles, count, isNewest }: CandleHistory): number {
  const anchored = Math.max(0, candles.length - (isNewest ? sumStretch : count));
  return startOfStretch(candles, periodsOf(timeframe), anchored, sumStretch);
}

function stretchRuns({ timeframe, candles, count }: CandleHistory, before: number): readonly Run[] {
  const periods = periodsOf(timeframe);
  const stretchOf = (position: number): number =>
    Math.floor(periods.indexOf(candles[position]?.timestamp ?? 0) / stretch);
  const runs: Run[] = [];
  for (let first = candles.length - count; first < candles.length; ) {
    let end = first + 1;
    while (end < candles.length && stretchOf(end) === stretchOf(first)) end += 1;
    runs.push({ from: Math.max(0, startOfStretch(candles, periods, first, stretch) - before), first, end });
    first = end;
  }
  return runs;
}

/** The position of the first candle in the same stretch of `length` periods as the one at `position`. */
function startOfStretch(candles: readonly Candle[], { indexOf }: Periods, position: number, length: number): number {
  const index = indexOf(candles[position]?.timestamp ?? 0);
  const firstIndex = index - (index % length);
  let start = position;
  while (start > 0 && indexOf(candles[start - 1]?.timestamp ?? 0) >= firstIndex) start -= 1;
  return start;
}
