import { simTimeframes } from './candles.ts';
import { BadRequest } from './ccxt.ts';

/** The maximum number of candles, and of trades, in one response. */
export const maxRows = 1000;
const defaultLevels = 20;
const maxLevels = 100;

/** A timeframe of the exchange; throws BadRequest for anything else. */
export function parseTimeframe(value: unknown): string {
  const timeframe = simTimeframes.find((known) => known === value);
  if (timeframe === undefined) throw new BadRequest(`sim has no timeframe ${value}, only ${simTimeframes.join(', ')}`);
  return timeframe;
}

/** Epoch ms, or undefined if none is given; throws BadRequest for anything else. */
export function parseTime(name: 'since' | 'until', value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new BadRequest(`sim ${name} is not a valid time: ${value}`);
  return value;
}

/** How many rows are requested: `fallback` if none is given, at most `max`. Throws BadRequest for an invalid number. */
export function parseLimit(value: unknown, fallback: number, max: number): number {
  if (value === undefined || value === null) return fallback;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
    throw new BadRequest(`sim limit is not a positive whole number: ${value}`);
  }
  return Math.min(value, max);
}

/** How many levels are requested on each side of an order book: 20 by default, at most 100. */
export function parseDepth(value: unknown): number {
  return parseLimit(value, defaultLevels, maxLevels);
}
