import type { Indicator } from '../../../src/indicators/indicator.ts';
import type { Candle } from '../../../src/market/model/candle.ts';

type Column = readonly (number | null)[];

const dayMs = 86_400_000;

/** The lines of an indicator over all candles, by its published definition, one value at a time and without the library. */
export function naiveLines(indicator: Indicator, candles: readonly Candle[]): Readonly<Record<string, Column>> {
  const closes = candles.map(({ close }) => close);
  switch (indicator.kind) {
    case 'SMA':
      return { value: rolling(closes, indicator.period, mean) };
    case 'EMA':
      return { value: from(indicator.period - 1, ema(closes, indicator.period)) };
    case 'RSI':
      return { value: rsi(closes, indicator.period) };
    case 'MACD':
      return macd(closes, indicator.fast, indicator.slow, indicator.signal);
    case 'BOLLINGER':
      return bands(closes, indicator.period, indicator.deviations);
    case 'ATR':
      return { value: wilder(trueRanges(candles), indicator.period) };
    case 'VWAP':
      return { value: candles.map((_, at) => vwap(sessionOrWindow(candles, at, indicator.period))) };
    case 'STOCHASTIC':
      return stochastic(candles, indicator.period, indicator.signal);
    case 'OBV':
      return { value: obv(candles) };
    case 'ADX':
      return { value: adx(candles, indicator.period) };
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function from(first: number, values: readonly number[]): Column {
  return values.map((value, at) => (at < first ? null : value));
}

function rolling<T>(values: readonly T[], period: number, of: (window: readonly T[]) => number): Column {
  return values.map((_, at) => (at + 1 < period ? null : of(values.slice(at + 1 - period, at + 1))));
}

function ema(values: readonly number[], period: number): number[] {
  const alpha = 2 / (period + 1);
  const averages: number[] = [];
  for (const value of values) {
    const previous = averages.at(-1) ?? value;
    averages.push(alpha * value + (1 - alpha) * previous);
  }
  return averages;
}

/** Wilder: the mean of the first `period` values, then (previous × (period − 1) + value) / period. */
function wilder(values: readonly number[], period: number): (number | null)[] {
  const averages: (number | null)[] = [];
  for (const [at, value] of values.entries()) {
    const previous = averages.at(-1) ?? null;
    if (at + 1 < period) averages.push(null);
    else if (previous === null) averages.push(mean(values.slice(0, period)));
    else averages.push((previous * (period - 1) + value) / period);
  }
  return averages;
}

function rsi(closes: readonly number[], period: number): Column {
  const changes = closes.slice(1).map((close, at) => close - (closes[at] ?? close));
  const gains = wilder(
    changes.map((change) => Math.max(0, change)),
    period,
  );
  const losses = wilder(
    changes.map((change) => Math.max(0, -change)),
    period,
  );
  return [null, ...gains.map((gain, at) => toRsi(gain, losses[at] ?? null))].slice(0, closes.length);
}

function toRsi(gain: number | null, loss: number | null): number | null {
  if (gain === null || loss === null) return null;
  return loss === 0 ? 100 : 100 - 100 / (1 + gain / loss);
}

function macd(closes: readonly number[], fast: number, slow: number, signal: number) {
  const slowAverages = ema(closes, slow);
  const differences = ema(closes, fast).map((value, at) => value - (slowAverages[at] ?? value));
  const signals = [...new Array<number>(slow - 1).fill(0), ...ema(differences.slice(slow - 1), signal)].slice(
    0,
    closes.length,
  );
  return {
    macd: from(slow - 1, differences),
    signal: from(slow + signal - 2, signals),
    histogram: from(
      slow + signal - 2,
      differences.map((value, at) => value - (signals[at] ?? 0)),
    ),
  };
}

function bands(closes: readonly number[], period: number, deviations: number) {
  const band = (sign: number) => (window: readonly number[]) => {
    const middle = mean(window);
    return middle + sign * deviations * Math.sqrt(mean(window.map((value) => (value - middle) ** 2)));
  };
  return {
    upper: rolling(closes, period, band(1)),
    middle: rolling(closes, period, mean),
    lower: rolling(closes, period, band(-1)),
  };
}

function trueRanges(candles: readonly Candle[]): readonly number[] {
  return candles.map(({ high, low }, at) => {
    const close = candles[at - 1]?.close;
    return close === undefined ? high - low : Math.max(high - low, Math.abs(high - close), Math.abs(low - close));
  });
}

function sessionOrWindow(candles: readonly Candle[], at: number, period: number | null): readonly Candle[] {
  if (period !== null) return at + 1 < period ? [] : candles.slice(at + 1 - period, at + 1);
  const dayOf = (candle: Candle | undefined): number => Math.floor((candle?.timestamp ?? 0) / dayMs);
  return candles.slice(0, at + 1).filter((candle) => dayOf(candle) === dayOf(candles[at]));
}

function vwap(candles: readonly Candle[]): number | null {
  const volume = candles.reduce((sum, candle) => sum + candle.volume, 0);
  const value = candles.reduce((sum, { high, low, close, volume: own }) => sum + ((high + low + close) / 3) * own, 0);
  return volume > 0 ? value / volume : null;
}

function stochastic(candles: readonly Candle[], period: number, signal: number) {
  const k = rolling(candles, period, (window) => {
    const low = Math.min(...window.map((candle) => candle.low));
    const high = Math.max(...window.map((candle) => candle.high));
    return high === low ? 0 : (100 * ((window.at(-1)?.close ?? low) - low)) / (high - low);
  });
  const d = k.map((_, at) => {
    const window = k.slice(Math.max(0, at + 1 - signal), at + 1).filter((value) => value !== null);
    return window.length < signal ? null : mean(window);
  });
  return { k: k.map((value, at) => (d[at] === null ? null : value)), d };
}

function obv(candles: readonly Candle[]): Column {
  let sum = 0;
  return candles.map(({ close, volume }, at) => {
    const previous = candles[at - 1]?.close;
    if (previous === undefined) return null;
    sum += Math.sign(close - previous) * volume;
    return sum;
  });
}

function adx(candles: readonly Candle[], period: number): Column {
  const moves = candles.map(({ high, low }, at) => {
    const previous = candles[at - 1];
    const [rise, fall] = previous ? [high - previous.high, previous.low - low] : [0, 0];
    return { plus: rise > fall && rise > 0 ? rise : 0, minus: fall > rise && fall > 0 ? fall : 0 };
  });
  const ranges = wilder(trueRanges(candles), period);
  const indicatorOf = (name: 'plus' | 'minus'): Column =>
    wilder(
      moves.map((move) => move[name]),
      period,
    ).map((average, at) => {
      const range = ranges[at];
      return average === null || typeof range !== 'number' ? null : range === 0 ? 0 : (100 * average) / range;
    });
  const [plus, minus] = [indicatorOf('plus'), indicatorOf('minus')];
  const dx = plus.slice(period - 1).map((up, at) => {
    const [one, other] = [up ?? 0, minus[at + period - 1] ?? 0];
    return one + other === 0 ? 0 : (100 * Math.abs(one - other)) / (one + other);
  });
  return [...new Array<null>(Math.min(period - 1, candles.length)).fill(null), ...wilder(dx, period)];
}
