import { Precise } from '../ccxt/load-ccxt.ts';

// Exchanges use decimal numbers. There, 0.1 + 0.2 is 0.3, and so is 3 * 0.1.

/** The exact sum of two decimals, as the nearest double. */
export function add(a: number, b: number): number {
  return Number(Precise.stringAdd(String(a), String(b)));
}

/** The exact product of decimals, as the nearest double. */
export function multiply(first: number, ...others: readonly number[]): number {
  return others.reduce((product, factor) => Number(Precise.stringMul(String(product), String(factor))), first);
}
