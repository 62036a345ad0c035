import type { CandleRange, CandleWindow } from '../../market/model/candle.ts';
import { candlesTooOld } from '../../market/model/candle-errors.ts';
import type { CandlePage } from './candle-page.ts';
import { CandleRows } from './candle-rows.ts';

/**
 * What the exchange would have answered for a range, from the pages that hold it, in order. `now` is epoch ms. Throws
 * BAD_USER_INPUT if the exchange's history does not reach back to any part of the range.
 */
export function toWindow(pages: readonly CandlePage[], range: CandleRange, now: number): CandleWindow {
  const { since, until } = range;
  const [first] = pages;
  const limited = pages.findLast((page) => page.from > page.since);
  const from = Math.max(since, limited?.from ?? first?.since ?? since);
  if (from >= until) throw candlesTooOld(range, from);
  const doubt = pages.findLast((page) => page.doubt !== null)?.doubt ?? null;
  const changing = pages.filter((page) => Math.min(until, page.until) > page.settledUntil);
  return {
    candles: CandleRows.within(pages, from, until).toCandles(),
    from,
    next: nextFrom(pages.at(-1), until),
    asked: {
      askedAt: Math.min(now, ...changing.map(({ askedAt }) => askedAt)),
      receivedAt: Math.min(now, ...changing.map(({ receivedAt }) => receivedAt)),
    },
    ...(doubt ? { doubt } : {}),
  };
}

/** The start of the first candle that begins at `until` or later, as far as the last page of a range shows it. */
function nextFrom(page: CandlePage | undefined, until: number): number | null {
  if (!page) return null;
  const [next] = page.candles.within(until, page.until);
  return next?.timestamp ?? page.next;
}
