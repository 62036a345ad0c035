import type { Indicator } from './indicator.ts';
import { candlesPerDay } from './parse-indicators.ts';

/** How many candles an indicator needs. */
export interface WarmUp {
  /** How many candles before a candle determine its value, to the precision of the numbers in the answer. */
  readonly before: number;
  /**
   * Where an exchange serves no older candles: how many candles must be there before a value is given, the value's own
   * candle included.
   */
  readonly settled: number;
}

/** The weight that the beginning may have in a value, if there are enough candles. */
const exact = 1e-12;

/** The weight that the beginning may have in a value, if the exchange serves no more candles. */
const nearly = 0.01;

/**
 * The candles that an indicator needs before the first one with a value. A window of n candles needs n − 1. A recursive
 * average, x' = x + α (price − x), never forgets where it began, but the weight of that falls with each candle:
 * (1 − α)^n after n candles. α is 2 / (period + 1) for an EMA and 1 / period for Wilder's average in RSI, ATR and ADX
 * (J. Welles Wilder, New Concepts in Technical Trading Systems, 1978). An EMA begins with the first price, Wilder's average
 * with the mean of the first period.
 */
export function warmUpOf(indicator: Indicator, timeframe: string): WarmUp {
  switch (indicator.kind) {
    case 'SMA':
    case 'BOLLINGER':
      return windowOf(indicator.period);
    case 'STOCHASTIC':
      return windowOf(indicator.period + indicator.signal - 1);
    case 'VWAP':
      return indicator.period === null ? { before: candlesPerDay(timeframe), settled: 1 } : windowOf(indicator.period);
    case 'OBV':
      return { before: 1, settled: 1 };
    case 'EMA':
      return averageOf(1, emaWeight(indicator.period), 1);
    case 'RSI':
      return averageOf(indicator.period + 1, 1 / indicator.period, 1);
    case 'ATR':
      return averageOf(indicator.period, 1 / indicator.period, 1);
    case 'ADX':
      return averageOf(2 * indicator.period, 1 / indicator.period, 2);
    case 'MACD': {
      const { slow, signal } = indicator;
      return averageOf(slow, emaWeight(Math.max(slow, signal)), 2);
    }
  }
}

function windowOf(period: number): WarmUp {
  return { before: period - 1, settled: period };
}

/** `first` is the number of candles until the last of the averages has its first value. */
function averageOf(first: number, alpha: number, stages: 1 | 2): WarmUp {
  return {
    before: first + candlesUntil(exact, alpha, stages),
    settled: first + candlesUntil(nearly, alpha, stages),
  };
}

function emaWeight(period: number): number {
  return 2 / (period + 1);
}

/**
 * The number of candles until the beginning of an average with the weight α has at most this remainder: the smallest n
 * with (1 − α)^n ≤ remainder. For an average of an average, it is (1 + nα) (1 − α)^n ≤ remainder, because what the first
 * one still has wrong enters the second one at each candle. α = 1 has no memory.
 */
export function candlesUntil(remainder: number, alpha: number, stages: 1 | 2): number {
  if (alpha >= 1) return 0;
  const count = (share: number): number => Math.ceil(Math.log(share) / Math.log1p(-alpha));
  let candles = count(remainder);
  if (stages === 1) return candles;
  // The solution of n = count(remainder / (1 + nα)), from below: each step adds less than the one before.
  for (let more = 0; more !== candles; ) {
    more = candles;
    candles = count(remainder / (1 + more * alpha));
  }
  return candles;
}
