import type { Clock } from '../../base/clock.ts';
import type { Candle, CandleRange, CandleWindow } from '../../market/model/candle.ts';
import { isTooOld } from '../../market/model/candle-errors.ts';
import type { CandleSource, FetchOptions } from '../../market/ports/market-data.ts';
import type { SharedBytes } from '../../market/ports/shared-bytes.ts';
import { recheckMs } from '../pages/candle-page.ts';
import { createPageLayout, type PageLayout } from '../pages/page-layout.ts';
import { decodePage, encodePage, layoutVersion, type SettledPage } from './page-codec.ts';

export interface SharedPagesOptions {
  readonly source: CandleSource;
  readonly shared: SharedBytes;
  readonly clock: Clock;
  /** The same as that of the candle store. */
  readonly ttlMs: number;
  /** Called for each page that is looked up: true if it was shared. */
  readonly onLookup?: (isHit: boolean) => void;
}

/** How long a page without missing candles is shared, in ms. */
const fullTtlMs = 24 * 60 * 60_000;

/** How much earlier than a store asks for a page again its shared copy expires, in ms. */
const recheckMarginMs = 60_000;

/** A whole page of a range. */
interface PageSpan {
  readonly page: number;
  readonly since: number;
  readonly until: number;
}

/**
 * A source of candles that looks for settled pages among those that instances share, and shares those that it has fetched
 * from an exchange. An instance that has started anew, or that owns an exchange since a moment ago, then has the history
 * that others have fetched.
 *
 * Pages at the start and at the end of a range are taken from the shared ones; for what lies between them, one call is
 * made. Only pages that are known as a whole are shared: not those that can still change, that reach back before the
 * exchange's history, or about which there is a doubt. A page in which periods have no candle expires before a store
 * asks for it again, because the exchange may deliver candles late. Answers that come from the memory of another instance
 * are not shared: that instance has done so.
 */
export function createSharedPages(options: SharedPagesOptions): CandleSource {
  const { source, clock, ttlMs } = options;
  return {
    candleLimits: (series) => source.candleLimits(series),
    fetchCandleRange: async (range, fetchOptions) => {
      const layout = createPageLayout(range, ttlMs);
      const settled = settledPages(layout, range, clock.now());
      const { before, after, rest } = split(range, await read(options, range, settled));
      if (rest.since >= rest.until) return join(range, before, null, after);
      const askedAt = clock.now();
      const window = await fetchRest(source, rest, after, fetchOptions);
      if (window && !window.asked) share(options, layout, rest, window, askedAt);
      return join(range, before, window, after);
    },
  };
}

/** The whole pages of a range that no longer change, in order. */
function settledPages(layout: PageLayout, { since, until }: CandleRange, askedAt: number): readonly PageSpan[] {
  const end = Math.min(until, layout.settledBefore(askedAt));
  const spans: PageSpan[] = [];
  for (let page = layout.pageOf(since - 1) + 1; layout.startOfPage(page + 1) <= end; page++) {
    spans.push({ page, since: layout.startOfPage(page), until: layout.startOfPage(page + 1) });
  }
  return spans;
}

/** Reads shared pages, all at once; null for each that is not shared. */
async function read(
  { shared, onLookup }: SharedPagesOptions,
  range: CandleRange,
  spans: readonly PageSpan[],
): Promise<readonly (SettledPage | null)[]> {
  if (spans.length === 0) return [];
  const values = await shared.get(spans.map(({ page }) => toKey(range, page)));
  return spans.map(({ since, until }, index) => {
    const bytes = values[index];
    const page = bytes ? decodePage(bytes, since, until) : null;
    onLookup?.(page !== null);
    return page;
  });
}

interface Split {
  /** The shared pages with which the range begins. */
  readonly before: readonly SettledPage[];
  /** The shared pages with which it ends. */
  readonly after: readonly SettledPage[];
  readonly rest: CandleRange;
}

function split(range: CandleRange, pages: readonly (SettledPage | null)[]): Split {
  const before: SettledPage[] = [];
  const after: SettledPage[] = [];
  let { since, until } = range;
  for (const page of pages) {
    if (page?.since !== since) break;
    before.push(page);
    since = page.until;
  }
  for (const page of pages.slice(before.length).reverse()) {
    if (page?.until !== until) break;
    after.unshift(page);
    until = page.since;
  }
  return { before, after, rest: { ...range, since, until } };
}

/** Null if the exchange's history begins after the rest, and the shared pages that follow are the answer. */
async function fetchRest(
  source: CandleSource,
  rest: CandleRange,
  after: readonly SettledPage[],
  options: FetchOptions | undefined,
): Promise<CandleWindow | null> {
  try {
    return await source.fetchCandleRange(rest, options);
  } catch (error) {
    if (isTooOld(error) && after.length > 0) return null;
    throw error;
  }
}

function join(
  range: CandleRange,
  before: readonly SettledPage[],
  window: CandleWindow | null,
  after: readonly SettledPage[],
): CandleWindow {
  const start = before.at(-1)?.until ?? range.since;
  // Between earlier pages and the beginning of the exchange's history, candles are missing.
  const kept = window === null ? after.length === 0 : window.from <= start;
  const { asked, doubt } = window ?? {};
  const last = after.at(-1) ?? window ?? before.at(-1);
  const parts: readonly (readonly Candle[])[] = [
    ...(kept ? before.map(({ candles }) => candles) : []),
    window?.candles ?? [],
    ...after.map(({ candles }) => candles),
  ];
  return {
    candles: parts.flat(),
    from: kept ? range.since : (window?.from ?? after[0]?.since ?? range.since),
    next: last?.next ?? null,
    ...(asked ? { asked } : {}),
    ...(doubt ? { doubt } : {}),
  };
}

/** Shares the pages of a range that an exchange has answered. */
function share(
  { shared, clock }: SharedPagesOptions,
  layout: PageLayout,
  range: CandleRange,
  window: CandleWindow,
  askedAt: number,
): void {
  if (window.doubt) return;
  const { indexOf } = layout.periods;
  const recheckTtlMs = recheckMs - recheckMarginMs - (clock.now() - askedAt);
  for (const { page, since, until } of settledPages(layout, range, askedAt)) {
    const candles = window.candles.filter(({ timestamp }) => timestamp >= since && timestamp < until);
    if (window.from > since || !candles.every(({ closed }) => closed)) continue;
    const isFull = candles.length >= indexOf(until - 1) - indexOf(since - 1);
    const next = until === range.until ? window.next : null;
    const ttlMs = isFull ? fullTtlMs : recheckTtlMs;
    if (ttlMs > 0) shared.set(toKey(range, page), encodePage({ since, until, candles, next }), ttlMs);
  }
}

function toKey({ exchange, symbol, timeframe }: CandleRange, page: number): string {
  return `candles:${layoutVersion}:${exchange}:${symbol}:${timeframe}:${page}`;
}
