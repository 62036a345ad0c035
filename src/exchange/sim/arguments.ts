import { simTimeframes } from './candles.ts';
import { BadRequest } from './ccxt.ts';

/** The most candles, and the most trades, in one answer. */
export const maxRows = 1000;
const defaultLevels = 20;
const maxLevels = 100;

/** A timeframe of the exchange; anything else raises BadRequest. */
export function parseTimeframe(value: unknown): string {
  const timeframe = simTimeframes.find((known) => known === value);
  if (timeframe === undefined) throw new BadRequest(`sim has no timeframe ${value}, only ${simTimeframes.join(', ')}`);
  return timeframe;
}

/** Epoch ms, or undefined where none is given; anything else raises BadRequest. */
export function parseTime(name: 'since' | 'until', value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new BadRequest(`sim ${name} is not a valid time: ${value}`);
  return value;
}

/** How many are asked for: `fallback` where nothing is said, never more than `most`. No count at all raises BadRequest. */
export function parseLimit(value: unknown, fallback: number, most: number): number {
  if (value === undefined || value === null) return fallback;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
    throw new BadRequest(`sim limit is not a positive whole number: ${value}`);
  }
  return Math.min(value, most);
}

/** How many levels on each side of an order book: 20 unless told, at most 100. */
export function parseDepth(value: unknown): number {
  return parseLimit(value, defaultLevels, maxLevels);
}
