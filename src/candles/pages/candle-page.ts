import { ageOf } from '../../base/age.ts';
import type { MarketDataError } from '../../market/errors.ts';
import type { Candle, CandleWindow } from '../../market/model/candle.ts';
import { CandleColumns } from './columns.ts';
import type { PageLayout } from './page-layout.ts';

/** If settled periods have no candle, the exchange is asked once more after this, in ms: it may deliver them late. */
export const recheckMs = 60 * 60_000;

/** If the exchange could not be asked, it is asked again after this time, in ms. */
const retryMs = 60_000;

/** What is known of the candles that begin within `[since, until)`. All instants are epoch ms. */
export interface CandlePage {
  readonly since: number;
  readonly until: number;
  readonly candles: CandleColumns;
  /** From here on no candle is missing: `since`, unless the exchange's history does not reach back that far. */
  readonly from: number;
  /** Candles before this no longer change. */
  readonly settledUntil: number;
  /** When the other candles were asked for. */
  readonly askedAt: number;
  /** When these were received. */
  readonly receivedAt: number;
  /** When the settled candles are asked for again. */
  readonly recheckAt: number;
  /** The first candle after the page, if it is known. */
  readonly next: number | null;
  /** Set if candles are missing and the reason could not be found out: the error of that attempt. */
  readonly doubt: MarketDataError | null;
}

/** The part of a page that a query needs, and how old it may be. */
export interface PageNeed {
  readonly until: number;
  readonly now: number;
  readonly maxAgeMs: number;
}

/** Until when the part of a page that begins before `until` answers without another call, epoch ms. */
export function pageFreshUntil(layout: PageLayout, page: CandlePage, until: number): number {
  return until <= page.settledUntil ? page.recheckAt : layout.freshUntil(page);
}

/** From when on a page must be asked for, epoch ms; null if what is known is enough. */
export function missingFrom(
  layout: PageLayout,
  page: CandlePage | undefined,
  need: PageNeed,
  since: number,
): number | null {
  const { until, now, maxAgeMs } = need;
  // If our clock was set back, the age of the page is unknown, so the whole part is asked for again.
  if (!page || !Number.isFinite(ageOf(page.askedAt, now))) return since;
  const isSettled = until <= page.settledUntil;
  if (isSettled) return now < page.recheckAt ? null : since;
  const isFresh = now < pageFreshUntil(layout, page, until) && ageOf(page.askedAt, now) < maxAgeMs;
  return isFresh ? null : Math.max(since, page.settledUntil);
}

/** What an exchange has answered to a call for the part of a page from `from` on. */
export interface PageAnswer {
  readonly page: number;
  readonly from: number;
  readonly askedAt: number;
  readonly receivedAt: number;
  readonly window: CandleWindow;
}

/** A page with what the exchange has answered, added to what was known before. */
export function renewPage(
  layout: PageLayout,
  old: CandlePage | undefined,
  { page, from, askedAt, receivedAt, window }: PageAnswer,
): CandlePage {
  const since = layout.startOfPage(page);
  const until = layout.startOfPage(page + 1);
  // Settled candles stay even if the exchange no longer serves them, unless a gap lies between them and the new ones.
  const known = old && window.from <= old.settledUntil ? old : null;
  const kept = known?.candles.within(since, known.settledUntil) ?? [];
  const fetched = window.candles.filter(({ timestamp }) => timestamp >= Math.max(from, since) && timestamp < until);
  const newest = new Map<number, Candle>([...kept, ...fetched].map((candle) => [candle.timestamp, candle]));
  const candles = new CandleColumns([...newest.values()]);
  const knownFrom = Math.max(since, Math.min(known?.from ?? Number.POSITIVE_INFINITY, window.from));
  const settledUntil = Math.min(until, layout.settledBefore(askedAt));
  const { indexOf } = layout.periods;
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
    receivedAt,
    recheckAt: isFull ? Number.POSITIVE_INFINITY : askedAt + (doubt ? retryMs : recheckMs),
    next: window.next,
    doubt,
  };
}

/** The page after a failed recheck: its settled candles stay, and the exchange is not asked again at once. */
export function keepPage(page: CandlePage, now: number): CandlePage {
  return { ...page, recheckAt: now + retryMs };
}
