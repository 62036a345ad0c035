import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';
import { HotKeys } from '../../base/hot-keys.ts';
import { toKindKey } from '../../market/market-ref.ts';
import type { CandleLimits, CandleSeries } from '../../market/model/candle.ts';
import { candlesTooOld } from '../../market/model/candle-errors.ts';
import type { Validity } from '../../market/model/fresh.ts';
import type { CandleSource, FetchOptions } from '../../market/ports/market-data.ts';
import { type CandlePage, keepPage, missingFrom, pageFreshUntil, renewPage } from './candle-page.ts';
import { type Flight, PageFlights, serves, toPageKey } from './page-flights.ts';
import { createPageLayout, type PageLayout } from './page-layout.ts';
import { type MissingPage, type PageRun, toRuns } from './page-runs.ts';
import type { Waiter } from './waiter.ts';

export interface CandlePagesOptions {
  readonly source: CandleSource;
  readonly clock: Clock;
  /** Candles that can still change are served without another call for at least this time, in ms. */
  readonly ttlMs: number;
  /** How many bytes all pages together may take. */
  readonly maxBytes: number;
  /** Called for each call that renews candles which answer meanwhile. */
  readonly onRenewal?: () => void;
  /** Called with each page that is replaced or dropped. */
  readonly onDrop?: (page: CandlePage) => void;
}

/** Which candles a query needs: those that begin within `[since, until)`, epoch ms. */
export interface PagesNeed {
  readonly since: number;
  readonly until: number;
  readonly maxAgeMs: number;
  readonly limits: CandleLimits;
  /** True if expired pages may answer while a call renews them. */
  readonly mayReuse: boolean;
  /** True if the calls renew a value that still answers elsewhere, so that they yield to others. */
  readonly isRenewal: boolean;
  /**
   * Pages that calls have brought for this query, by number; reading adds to them. They are new enough for it, whatever
   * part of them it needs.
   */
  readonly renewed: Map<number, CandlePage>;
}

/** The pages of an answer, in order, and how long they are valid. */
export interface ReadPages {
  readonly pages: readonly CandlePage[];
  readonly validity: Validity;
}

/** A page that is unknown, or whose needed part has expired. */
interface ExpiredPage extends MissingPage {
  /** The end of the needed part, epoch ms. */
  readonly until: number;
  /** True if only settled candles are needed, which are asked for once more. */
  readonly isRecheck: boolean;
}

/** The memory of a page in addition to its candles: keys, promises, and lru-cache's own records. */
const overheadBytes = 400;

/**
 * Clients ask for overlapping ranges of the same history, which exchanges serve in small portions and under strict rate
 * limits. So history is cut into pages of 100 periods, aligned alike for every query: whatever range a client asks for,
 * each page is fetched once and answers all of them. When memory is full, the least recently used pages are dropped.
 *
 * A page has two parts. Its settled candles closed so long ago that the exchange no longer revises them. They are asked
 * for once more only if some of their periods have no candle. Its other candles still change. They answer for a moment
 * whose length depends on the timeframe; then all candles from the first of them on are fetched again.
 *
 * A read joins the calls in progress for the pages that it lacks, and makes calls for the others. Each call asks for as
 * many pages as the exchange allows. Without shared calls, a hundred clients that open the same chart would fetch it a
 * hundred times. Few calls for one kind of market run in parallel, so that a query for years of candles does not hold
 * up all others. A call that is still waiting when its last query gives up is not made. The open part of a page that is
 * read again and again is renewed while it still answers: see HotKeys.
 *
 * Pages are columns of numbers in the memory of this process. A store that several processes share belongs behind the
 * `CandleSource`, to which `maxAgeMs` is passed on.
 */
export class CandlePages {
  readonly #options: CandlePagesOptions;
  readonly #pages: LRUCache<string, CandlePage>;
  readonly #flights: PageFlights;
  readonly #hot: HotKeys;

  constructor(options: CandlePagesOptions) {
    this.#options = options;
    this.#hot = new HotKeys(options);
    this.#flights = new PageFlights({ clock: options.clock, fetch: (...call) => this.#fetch(...call) });
    const { maxBytes, onDrop = () => {} } = options;
    this.#pages = new LRUCache({
      maxSize: maxBytes,
      dispose: onDrop,
      sizeCalculation: ({ candles }) => candles.bytes + overheadBytes,
    });
  }

  layoutOf(series: CandleSeries): PageLayout {
    return createPageLayout(series, this.#options.ttlMs);
  }

  /** The pages that hold what is needed, in order. `waiter` waits for the calls. Rejects with what the source throws. */
  async read(series: CandleSeries, layout: PageLayout, need: PagesNeed, waiter: Waiter): Promise<ReadPages> {
    const now = this.#options.clock.now();
    const pages = new Map<number, CandlePage | null>();
    const expired: ExpiredPage[] = [];
    for (let page = layout.pageOf(need.since); page <= layout.pageOf(need.until - 1); page++) {
      const known = this.#pages.get(toPageKey(series, page));
      const until = Math.min(need.until, layout.startOfPage(page + 1));
      const isRenewed = known !== undefined && need.renewed.get(page) === known;
      const part = { until, now, maxAgeMs: need.maxAgeMs };
      const from = isRenewed ? null : missingFrom(layout, known, part, layout.startOfPage(page));
      pages.set(page, from === null ? (known ?? null) : null);
      if (from === null) continue;
      const isRecheck = known !== undefined && until <= known.settledUntil;
      if (!isRecheck) requireServed(series, layout, Math.max(need.since, from), need.limits);
      expired.push({ page, from, old: known, until, isRecheck });
    }
    const renewal = need.mayReuse ? this.#renew(series, layout, need, expired) : null;
    if (renewal) for (const { page, old } of expired) pages.set(page, old ?? null);
    else await this.#wait(series, layout, need, waiter, expired, pages);
    const found = [...pages].map(([page, known]) => {
      if (!known) throw new Error(`page ${page} of ${series.symbol} ${series.timeframe} is in no answer`);
      return known;
    });
    const freshUntil = Math.min(...found.map((page) => pageFreshUntil(layout, page, Math.min(need.until, page.until))));
    return { pages: found, validity: renewal ? { ...renewal, freshUntil } : { freshUntil } };
  }

  /** Waits until calls have brought the pages, and sets them in `pages`. */
  async #wait(
    series: CandleSeries,
    layout: PageLayout,
    { maxAgeMs, limits, renewed, isRenewal }: PagesNeed,
    waiter: Waiter,
    expired: readonly ExpiredPage[],
    pages: Map<number, CandlePage | null>,
  ): Promise<void> {
    const now = this.#options.clock.now();
    const flights = new Set<Flight>();
    const missing: MissingPage[] = [];
    for (const part of expired) {
      const flight = this.#flights.get(toPageKey(series, part.page));
      if (flight && serves(layout, flight, part.until, maxAgeMs, now)) flights.add(flight);
      else missing.push(part);
    }
    for (const run of toRuns(missing, limits.perCall)) flights.add(this.#flights.start(series, layout, run, isRenewal));
    for (const flight of flights) {
      waiter.join(flight);
      if (flight.askedAt === null) flight.maxAgeMs = Math.min(flight.maxAgeMs, maxAgeMs);
    }
    for (const answered of await Promise.all([...flights].map((flight) => flight.pages))) {
      for (const [page, fetched] of answered) {
        if (pages.get(page) !== null) continue;
        pages.set(page, fetched);
        renewed.set(page, fetched);
      }
    }
  }

  /** Renews pages that answer meanwhile. Null if the query must wait for one of them, and then it waits for all. */
  #renew(
    series: CandleSeries,
    layout: PageLayout,
    { since, limits }: PagesNeed,
    expired: readonly ExpiredPage[],
  ): Omit<Validity, 'freshUntil'> | null {
    if (expired.length === 0) return null;
    const untils = expired.map(({ page, old, isRecheck }) => {
      // A query for what had not begun when the exchange was asked finds nothing in the page.
      if (!old || isRecheck || since > old.askedAt) return null;
      return this.#hot.onExpired(toPageKey(series, page), toKindKey(series), layout.freshUntil(old));
    });
    const reusableUntil = Math.min(...untils.map((until) => until ?? 0));
    if (reusableUntil === 0) return null;
    const keys = expired.map(({ page }) => toPageKey(series, page));
    const outdated = expired.filter(({ page }) => !this.#flights.get(toPageKey(series, page)));
    for (const run of toRuns(outdated, limits.perCall)) {
      this.#options.onRenewal?.();
      this.#flights.start(series, layout, run, true).pages.catch(() => {
        for (const { page } of run.pages) this.#hot.onFailure(toPageKey(series, page));
      });
    }
    const flights = keys.map((key) => this.#flights.get(key));
    return { reusableUntil, isCurrent: () => keys.every((key, index) => this.#flights.get(key) === flights[index]) };
  }

  async #fetch(
    series: CandleSeries,
    layout: PageLayout,
    run: PageRun,
    askedAt: number,
    options: FetchOptions | undefined,
  ): Promise<ReadonlyMap<number, CandlePage>> {
    const { source, clock } = this.#options;
    const last = run.pages.at(-1)?.page ?? 0;
    const range = { ...series, since: run.from, until: layout.startOfPage(last + 1) };
    const fetched = new Map<number, CandlePage>();
    try {
      const window = await source.fetchCandleRange(range, options);
      const now = clock.now();
      this.#hot.onCall(toKindKey(series), now - askedAt);
      const { asked = { askedAt, receivedAt: now } } = window;
      for (const { page, from, old } of run.pages) {
        const next = page === last ? window.next : null;
        fetched.set(page, renewPage(layout, old, { page, from, ...asked, window: { ...window, next } }));
      }
    } catch (error) {
      const kept = run.pages.filter(({ old }) => old && old.settledUntil >= old.until);
      if (kept.length < run.pages.length) throw error;
      for (const { page, old } of kept) if (old) fetched.set(page, keepPage(old, askedAt));
    }
    for (const [page, renewed] of fetched) this.#pages.set(toPageKey(series, page), renewed);
    return fetched;
  }
}

/** Throws if the exchange no longer serves the first candle that begins at the instant or later. */
function requireServed(series: CandleSeries, layout: PageLayout, since: number, { oldest }: CandleLimits): void {
  const { indexOf, startOf } = layout.periods;
  if (startOf(indexOf(since - 1) + 1) < oldest) throw candlesTooOld(series, oldest);
}
