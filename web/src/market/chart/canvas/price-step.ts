import { decimalsOf } from '../../../format/price.ts';
import type { Candle } from '../candles/candle.ts';

const sampleSize = 100;
const maxDecimals = 12;

/** The smallest step of prices: the exchange's, or the finest that the newest candles show; null if neither is known. */
export function toPriceStep(precision: number | null, candles: readonly Candle[]): number | null {
  if (precision !== null && precision > 0) return precision;
  const prices = candles.slice(-sampleSize).flatMap(({ open, high, low, close }) => [open, high, low, close]);
  if (prices.length === 0) return null;
  const decimals = Math.max(...prices.map(countDecimals));
  return Number(`1e-${Math.min(decimals, maxDecimals)}`);
}

/** The decimals of a number as it is written: 5 for 0.00001, 1 for 98.5. */
function countDecimals(price: number): number {
  const [mantissa = '', exponent = '0'] = `${price}`.split('e');
  const [, fraction = ''] = mantissa.split('.');
  return Math.max(0, fraction.length - Number(exponent));
}

/** The step of the price axis, which counts in whole numbers of it. */
export function toMinMove(step: number | null): number {
  return step === null || decimalsOf(step) > maxDecimals ? 10 ** -maxDecimals : step;
}
