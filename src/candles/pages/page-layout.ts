import type { CandleSeries } from '../../market/model/candle.ts';
import { lengthOf, type Periods, periodsOf } from '../../market/timeframe.ts';

/** Every exchange serves this many in one call: the lowest cap in ccxt's `features` is 100 (bitbns, digifinex). */
export const periodsPerPage = 100;

const minuteMs = 60_000;

/** Exchanges revise candles that closed a moment ago (ccxt#6742: Kraken's volume). */
const minGraceMs = 2 * minuteMs;
const maxGraceMs = 60 * minuteMs;

const maxPaceMs = 15_000;
const changesPerPeriod = 60;

/** Timeframes whose periods may begin at other times on an exchange than here: at its own midnight, or on Thursdays. */
const movable = /[dwMy]$/;

/** How the candles of a timeframe lie in pages, and how they are kept. */
export interface PageLayout {
  readonly periods: Periods;
  /** The number of the page that holds the instant, epoch ms. */
  pageOf(instant: number): number;
  /** The start of a page, epoch ms; it ends where the next page begins. */
  startOfPage(page: number): number;
  /** The instant before which candles that were asked for at `askedAt` no longer change, epoch ms. */
  settledBefore(askedAt: number): number;
  /** Until when candles that can still change are served without another call, epoch ms. */
  freshUntil(asked: { readonly askedAt: number; readonly receivedAt: number }): number;
}

/** Candles that can still change are served without another call for at least `ttlMs`. */
export function createPageLayout({ timeframe }: CandleSeries, ttlMs: number): PageLayout {
  const periods = periodsOf(timeframe);
  const { indexOf, startOf } = periods;
  const length = lengthOf(timeframe);
  const lengthMs = 'ms' in length ? length.ms : Number.POSITIVE_INFINITY;
  const graceMs = Math.min(maxGraceMs, Math.max(minGraceMs, lengthMs));
  const paceMs = Math.max(1, ttlMs, Math.min(maxPaceMs, lengthMs / changesPerPeriod));
  const spare = movable.test(timeframe) ? 2 : 0;
  return {
    periods,
    pageOf: (instant) => Math.floor(indexOf(instant) / periodsPerPage),
    startOfPage: (page) => startOf(page * periodsPerPage),
    settledBefore: (askedAt) => startOf(indexOf(askedAt - graceMs) - spare),
    // The freshness ends with the period at the latest: then the forming candle closes with other values than the known
    // ones.
    freshUntil: ({ askedAt, receivedAt }) => Math.min(receivedAt + paceMs, startOf(indexOf(askedAt) + 1)),
  };
}
