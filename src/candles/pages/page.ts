import type { MarketDataError } from '../../market/errors.ts';
import type { Candle, CandleWindow } from '../../market/model/candle.ts';
import { CandleColumns } from './columns.ts';
import type { PageLayout } from './page-layout.ts';

/** Some candles may be missing for a while only: where periods have none, the exchange is asked once more after this. */
const recheckMs = 60 * 60_000;

/** The same where it could not be asked, in ms. */
const retryMs = 60_000;

/** What is known of the candles that begin within `[since, until)`. All instants are epoch ms. */
export interface Page {
  readonly since: number;
  readonly until: number;
  readonly candles: CandleColumns;
  /** From here on none is missing: `since`, unless the exchange does not go back so far. */
  readonly from: number;
  /** Candles before this change no more. */
  readonly settledUntil: number;
  /** When the rest was asked for. */
  readonly askedAt: number;
  /** When the settled part is asked for again. */
  readonly recheckAt: number;
  /** The first candle after the page, where that is known. */
  readonly next: number | null;
  /** Set where candles are missing and it could not be found out why: what failed. */
  readonly doubt: MarketDataError | null;
}

/** The part of a page that somebody needs, and how old it may be. */
export interface PageNeed {
  readonly until: number;
  readonly now: number;
  readonly maxAgeMs: number;
}

/** Until when the part of a page that begins before `until` answers without another call. */
export function pageFreshUntil(rules: PageLayout, page: Page, until: number): number {
  return until <= page.settledUntil ? page.recheckAt : rules.freshUntil(page.askedAt);
}

/** From when on a page must be asked for; null when what is known is enough. */
export function missingFrom(rules: PageLayout, page: Page | undefined, need: PageNeed, since: number): number | null {
  const { until, now, maxAgeMs } = need;
  // What is from a time to come, since the clock was set back, is as good as nothing.
  if (!page || now < page.askedAt) return since;
  const isSettled = until <= page.settledUntil;
  if (isSettled) return now < page.recheckAt ? null : since;
  const freshUntil = Math.min(pageFreshUntil(rules, page, until), page.askedAt + maxAgeMs);
  return now < freshUntil ? null : Math.max(since, page.settledUntil);
}

/** A page with what the exchange answered at `askedAt` for its part from `from` on, beside what was known before. */
export function renewPage(
  rules: PageLayout,
  old: Page | undefined,
  given: { readonly page: number; readonly from: number; readonly askedAt: number; readonly window: CandleWindow },
): Page {
  const { page, from, askedAt, window } = given;
  const since = rules.startOfPage(page);
  const until = rules.startOfPage(page + 1);
  // What has settled stays, though the exchange serves it no more, where nothing lies between it and what came now.
  const known = old && window.from <= old.settledUntil ? old : null;
  const kept = known?.candles.within(since, known.settledUntil) ?? [];
  const fetched = window.candles.filter(({ timestamp }) => timestamp >= Math.max(from, since) && timestamp < until);
  const newest = new Map<number, Candle>([...kept, ...fetched].map((candle) => [candle.timestamp, candle]));
  const candles = new CandleColumns([...newest.values()]);
  const knownFrom = Math.max(since, Math.min(known?.from ?? Number.POSITIVE_INFINITY, window.from));
  const settledUntil = Math.min(until, rules.settledBefore(askedAt));
  const { indexOf } = rules.periods;
  const periods = indexOf(settledUntil - 1) - indexOf(knownFrom - 1);
  const doubt = window.doubt ?? null;
  const isFull = candles.countWithin(knownFrom, settledUntil) >= periods;
  return {
    since,
    until,
    candles,
    from: knownFrom,
    settledUntil,
    askedAt,
    recheckAt: isFull ? Number.POSITIVE_INFINITY : askedAt + (doubt ? retryMs : recheckMs),
    next: window.next,
    doubt,
  };
}

/** The page where asking once more failed: what it has settled stands, and is not asked for again at once. */
export function keepPage(page: Page, now: number): Page {
  return { ...page, recheckAt: now + retryMs };
}
