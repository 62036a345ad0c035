import type { CandleSeries } from '../../market/model/candle.ts';
import { lengthOf, type Periods, periodsOf } from '../../market/timeframe.ts';

/** Few enough that every exchange gives a page in one call: by ccxt's `features` the least cap is 100 (bitbns, digifinex). */
export const periodsPerPage = 100;

const minuteMs = 60_000;

/** Exchanges revise candles that have closed a moment ago (ccxt#6742: Kraken's volume). */
const leastGraceMs = 2 * minuteMs;
const maxGraceMs = 60 * minuteMs;

const maxPaceMs = 15_000;
const changesPerPeriod = 60;

/** Periods that an exchange may begin elsewhere than we do, at its own midnight or on Thursdays. */
const movable = /[dwMy]$/;

/** How the candles of a timeframe lie in pages, and how they are kept. */
export interface PageLayout {
  readonly periods: Periods;
  /** Number of the page that holds the instant, epoch ms. */
  pageOf(instant: number): number;
  /** Start of a page, epoch ms; the next one begins where it ends. */
  startOfPage(page: number): number;
  /** The instant before which candles asked for at `askedAt` have been closed long enough to change no more, epoch ms. */
  settledBefore(askedAt: number): number;
  /** Until when candles that may change answer again without another call, epoch ms. */
  freshUntil(askedAt: number): number;
}

/** The rules of a timeframe. `ttlMs` is the least time for which an answer serves again. */
export function createPageLayout({ timeframe }: CandleSeries, ttlMs: number): PageLayout {
  const periods = periodsOf(timeframe);
  const { indexOf, startOf } = periods;
  const length = lengthOf(timeframe);
  const lengthMs = 'ms' in length ? length.ms : Number.POSITIVE_INFINITY;
  const graceMs = Math.min(maxGraceMs, Math.max(leastGraceMs, lengthMs));
  const paceMs = Math.max(1, ttlMs, Math.min(maxPaceMs, lengthMs / changesPerPeriod));
  const spare = movable.test(timeframe) ? 2 : 0;
  return {
    periods,
    pageOf: (instant) => Math.floor(indexOf(instant) / periodsPerPage),
    startOfPage: (page) => startOf(page * periodsPerPage),
    settledBefore: (askedAt) => startOf(indexOf(askedAt - graceMs) - spare),
    // No longer than the period: with its end what was forming has closed, with other values than those known.
    freshUntil: (askedAt) => Math.min(askedAt + paceMs, startOf(indexOf(askedAt) + 1)),
  };
}
