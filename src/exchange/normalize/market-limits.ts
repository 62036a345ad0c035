import { type MarketLimits, type MinMax, noBounds, noLimits } from '../../market/model/market.ts';
import { toPositive } from './numbers.ts';

/** Exchanges use larger numbers to say that there is no maximum: 2 ** 53 - 1, 2 ** 63, 1e18 and the like. */
const unlimitedFrom = 9e15;

/** Converts the limits of a ccxt market. Zero, negative and impossible bounds become null. */
export function toLimits(limits: unknown): MarketLimits {
  const amount = toMinMax(propertyOf(limits, 'amount'));
  const price = toMinMax(propertyOf(limits, 'price'));
  const cost = toMinMax(propertyOf(limits, 'cost'));
  const hasNone = [amount, price, cost].every((bounds) => bounds === noBounds);
  return hasNone ? noLimits : Object.freeze({ amount, price, cost });
}

function toMinMax(bounds: unknown): MinMax {
  const min = toBound(propertyOf(bounds, 'min'));
  const max = toBound(propertyOf(bounds, 'max'));
  // If the minimum is above the maximum, at least one is wrong, and nobody knows which.
  const hasNone = (min === null && max === null) || (min !== null && max !== null && min > max);
  return hasNone ? noBounds : Object.freeze({ min, max });
}

function toBound(value: unknown): number | null {
  const bound = toPositive(value);
  return bound !== null && bound < unlimitedFrom ? bound : null;
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
