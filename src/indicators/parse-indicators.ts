import { MarketDataError } from '../market/errors.ts';
import { lengthOf } from '../market/timeframe.ts';
import {
  type Indicator,
  type IndicatorInput,
  type IndicatorKind,
  type ParameterName,
  parameterNames,
} from './indicator.ts';

/** Maximum number of indicators in one query. */
export const maxIndicators = 20;

/** Maximum number of candles of a period. */
export const maxPeriod = 500;

export const maxDeviations = 100;

/** The timeframes whose candles can be summed up over a day have at most this many candles in it. */
const maxPerDay = 10_000;

const dayMs = 86_400_000;

/** The parameters that each kind takes, with their defaults. */
const defaults: Readonly<Record<IndicatorKind, Readonly<Partial<Record<ParameterName, number | null>>>>> = {
  SMA: { period: 20 },
  EMA: { period: 20 },
  RSI: { period: 14 },
  MACD: { fast: 12, slow: 26, signal: 9 },
  BOLLINGER: { period: 20, deviations: 2 },
  ATR: { period: 14 },
  VWAP: { period: null },
  STOCHASTIC: { period: 14, signal: 3 },
  OBV: {},
  ADX: { period: 14 },
};

/** Kinds that compare candles with each other, so that one candle is no period. */
const minPeriods: Readonly<Partial<Record<IndicatorKind, number>>> = { RSI: 2, BOLLINGER: 2, ADX: 2 };

/** The indicators with valid parameters, in the same order. Throws BAD_USER_INPUT. */
export function parseIndicators(inputs: readonly IndicatorInput[], timeframe: string): readonly Indicator[] {
  if (inputs.length === 0)
    throw badInput('of is empty: name at least one indicator, such as { kind: SMA, period: 20 }.');
  if (inputs.length > maxIndicators) {
    throw badInput(`of has ${inputs.length} entries; it may have at most ${maxIndicators}.`);
  }
  return inputs.map((input) => parseIndicator(input, timeframe));
}

function parseIndicator(input: IndicatorInput, timeframe: string): Indicator {
  const { kind } = input;
  requireTaken(input);
  switch (kind) {
    case 'SMA':
    case 'EMA':
    case 'RSI':
    case 'ATR':
    case 'ADX':
      return { kind, period: readPeriod(input, 'period') };
    case 'MACD':
      return parseMacd(input);
    case 'BOLLINGER':
      return { kind, period: readPeriod(input, 'period'), deviations: readDeviations(input) };
    case 'STOCHASTIC':
      return { kind, period: readPeriod(input, 'period'), signal: readPeriod(input, 'signal') };
    case 'VWAP':
      if (typeof input.period === 'number') return { kind, period: readPeriod(input, 'period') };
      requireDays(timeframe);
      return { kind, period: null };
    case 'OBV':
      return { kind };
  }
}

function requireTaken(input: IndicatorInput): void {
  const taken = Object.keys(defaults[input.kind]);
  const other = parameterNames.find((name) => typeof input[name] === 'number' && !taken.includes(name));
  if (!other) return;
  const list = taken.length > 0 ? `it takes ${taken.join(', ')}` : 'it takes no parameters';
  throw badInput(`${input.kind} takes no ${other}; ${list}.`);
}

function parseMacd(input: IndicatorInput): Indicator {
  const [fast, slow] = [readPeriod(input, 'fast'), readPeriod(input, 'slow')];
  if (fast >= slow) throw badInput(`fast of MACD is ${fast} and slow is ${slow}; fast must be less than slow.`);
  return { kind: 'MACD', fast, slow, signal: readPeriod(input, 'signal') };
}

function readPeriod(input: IndicatorInput, name: Exclude<ParameterName, 'deviations'>): number {
  const { kind } = input;
  const min = name === 'period' ? (minPeriods[kind] ?? 1) : 1;
  const period = input[name] ?? defaults[kind][name] ?? min;
  if (period >= min && period <= maxPeriod) return period;
  throw badInput(`${name} of ${kind} is ${period}; it must be from ${min} to ${maxPeriod}.`);
}

function readDeviations({ kind, deviations }: IndicatorInput): number {
  const count = deviations ?? defaults[kind].deviations ?? 1;
  if (count > 0 && count <= maxDeviations) return count;
  throw badInput(`deviations of ${kind} is ${count}; it must be greater than 0, and at most ${maxDeviations}.`);
}

function requireDays(timeframe: string): void {
  const perDay = candlesPerDay(timeframe);
  if (perDay > 1 && perDay <= maxPerDay) return;
  const reason = perDay > 1 ? `has ${perDay} candles a day, more than ${maxPerDay}` : 'is not shorter than a day';
  throw badInput(
    `VWAP without period begins anew with each UTC day, but the timeframe ${timeframe} ${reason}: give a period, which is a number of candles.`,
  );
}

/** The maximum number of candles that begin on the same day. */
export function candlesPerDay(timeframe: string): number {
  const length = lengthOf(timeframe);
  return 'months' in length ? 1 : Math.ceil(dayMs / length.ms);
}

function badInput(message: string): MarketDataError {
  return new MarketDataError('BAD_USER_INPUT', message);
}
