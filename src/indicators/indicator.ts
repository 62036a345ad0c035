export const indicatorKinds = [
  'SMA',
  'EMA',
  'RSI',
  'MACD',
  'BOLLINGER',
  'ATR',
  'VWAP',
  'STOCHASTIC',
  'OBV',
  'ADX',
] as const;

export type IndicatorKind = (typeof indicatorKinds)[number];

/** The parameters of all kinds; each kind takes some of them. */
export const parameterNames = ['period', 'fast', 'slow', 'signal', 'deviations'] as const;

export type ParameterName = (typeof parameterNames)[number];

/** One indicator as a client asks for it. A parameter that is null or left out has its default. */
export interface IndicatorInput extends Readonly<Partial<Record<ParameterName, number | null | undefined>>> {
  readonly kind: IndicatorKind;
}

/** One indicator with valid parameters; periods are numbers of candles. */
export type Indicator =
  | { readonly kind: 'SMA' | 'EMA' | 'RSI' | 'ATR' | 'ADX'; readonly period: number }
  | { readonly kind: 'MACD'; readonly fast: number; readonly slow: number; readonly signal: number }
  | { readonly kind: 'BOLLINGER'; readonly period: number; readonly deviations: number }
  | { readonly kind: 'STOCHASTIC'; readonly period: number; readonly signal: number }
  /** With `period` null, it begins anew with each UTC day. */
  | { readonly kind: 'VWAP'; readonly period: number | null }
  | { readonly kind: 'OBV' };

/** For example SMA(20), MACD(12,26,9) or VWAP. */
export function nameOf(indicator: Indicator): string {
  const { kind, ...parameters } = indicator;
  const numbers = Object.values(parameters).filter((value) => value !== null);
  return numbers.length > 0 ? `${kind}(${numbers.join(',')})` : kind;
}

/** One line of an indicator over candles. */
export interface IndicatorSeries {
  readonly kind: IndicatorKind;
  readonly name: string;
  readonly output: string;
  /** One for each candle; null where the indicator has too few candles. */
  readonly values: readonly (number | null)[];
}
