import { LRUCache } from 'lru-cache';
import pLimit, { type LimitFunction } from 'p-limit';
import type { Clock } from '../../base/clock.ts';
import { marketKind, toMarketKey } from '../../market/market-ref.ts';
import type { CandleLimits, CandleSeries } from '../../market/model/candle.ts';
import { candlesTooOld } from '../../market/model/candle-errors.ts';
import type { CandleSource } from '../../market/ports/market-data.ts';
import { type CandlePage, keepPage, missingFrom, pageFreshUntil, renewPage } from './candle-page.ts';
import { createPageLayout, type PageLayout, periodsPerPage } from './page-layout.ts';
import type { AwaitedCall, Waiter } from './waiter.ts';

export interface CandlePagesOptions {
  readonly source: CandleSource;
  readonly clock: Clock;
  /** Candles that can still change are served without another call for at least this time, in ms. */
  readonly ttlMs: number;
  /** How many bytes all pages together may take. */
  readonly maxBytes: number;
  /** Called with each page that is replaced or dropped. */
  readonly onDrop?: (page: CandlePage) => void;
}

/** Which candles a query needs: those that begin within `[since, until)`, epoch ms. */
export interface PagesNeed {
  readonly since: number;
  readonly until: number;
  readonly maxAgeMs: number;
  readonly limits: CandleLimits;
  /**
   * Pages that calls have brought for this query, by number; reading adds to them. They are new enough for it, whatever
   * part of them it needs.
   */
  readonly renewed: Map<number, CandlePage>;
}

/** Pages in a row that one call asks for; `from` is the first instant that is needed from the first page. */
interface PageRun {
  readonly from: number;
  readonly pages: readonly { readonly page: number; readonly from: number; readonly old: CandlePage | undefined }[];
}

/** A call for pages. It is not made if no query waits for it any longer when its turn comes. */
interface Flight extends AwaitedCall {
  readonly pages: Promise<ReadonlyMap<number, CandlePage>>;
  /** When it was made, epoch ms; null while it waits for its turn. */
  askedAt: number | null;
  /** The lowest maximum age that the waiting queries accept. */
  maxAgeMs: number;
}

/** How many calls for candles of one kind of market run in parallel per exchange, so that other calls get their turn. */
const parallelCalls = 3;

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
 * up all others. A call that is still waiting when its last query gives up is not made.
 *
 * Pages are columns of numbers in the memory of this process. A store that several processes share belongs behind the
 * `CandleSource`, to which `maxAgeMs` is passed on.
 */
export class CandlePages {
  readonly #options: CandlePagesOptions;
  readonly #pages: LRUCache<string, CandlePage>;
  readonly #flights = new Map<string, Flight>();
  readonly #limiters = new Map<string, LimitFunction>();

  constructor(options: CandlePagesOptions) {
    this.#options = options;
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
  async read(
    series: CandleSeries,
    layout: PageLayout,
    need: PagesNeed,
    waiter: Waiter,
  ): Promise<readonly CandlePage[]> {
    const now = this.#options.clock.now();
    const pages = new Map<number, CandlePage | null>();
    const flights = new Set<Flight>();
    const missing: { page: number; from: number; old: CandlePage | undefined }[] = [];
    for (let page = layout.pageOf(need.since); page <= layout.pageOf(need.until - 1); page++) {
      const key = toKey(series, page);
      const known = this.#pages.get(key);
      const until = Math.min(need.until, layout.startOfPage(page + 1));
      const isRenewed = known !== undefined && need.renewed.get(page) === known;
      const part = { until, now, maxAgeMs: need.maxAgeMs };
      const from = isRenewed ? null : missingFrom(layout, known, part, layout.startOfPage(page));
      pages.set(page, from === null ? (known ?? null) : null);
      if (from === null) continue;
      const isRecheck = known !== undefined && until <= known.settledUntil;
      if (!isRecheck) requireServed(series, layout, Math.max(need.since, from), need.limits);
      const flight = this.#flights.get(key);
      if (flight && serves(layout, flight, until, need.maxAgeMs, now)) flights.add(flight);
      else missing.push({ page, from, old: known });
    }
    for (const run of toRuns(layout, missing, need.limits.perCall)) flights.add(this.#fly(series, layout, run));
    for (const flight of flights) {
      waiter.join(flight);
      if (flight.askedAt === null) flight.maxAgeMs = Math.min(flight.maxAgeMs, need.maxAgeMs);
    }
    for (const answered of await Promise.all([...flights].map((flight) => flight.pages))) {
      for (const [page, fetched] of answered) {
        if (pages.get(page) !== null) continue;
        pages.set(page, fetched);
        need.renewed.set(page, fetched);
      }
    }
    return [...pages].map(([page, known]) => {
      if (!known) throw new Error(`page ${page} of ${series.symbol} ${series.timeframe} is in no answer`);
      return known;
    });
  }

  /** Until when the same pages would give the same answer, epoch ms. */
  freshUntil(layout: PageLayout, pages: readonly CandlePage[], until: number): number {
    return Math.min(...pages.map((page) => pageFreshUntil(layout, page, Math.min(until, page.until))));
  }

  #fly(series: CandleSeries, layout: PageLayout, run: PageRun): Flight {
    const end = (): void => {
      for (const { page } of run.pages) {
        const key = toKey(series, page);
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
      }
    };
    const depart = async (): Promise<ReadonlyMap<number, CandlePage>> => {
      flight.askedAt = this.#options.clock.now();
      if (flight.waiterCount > 0) return await this.#fetch(series, layout, run, flight.askedAt, flight.maxAgeMs);
      // This happens immediately, so that no query joins a call that will not be made.
      end();
      return new Map();
    };
    const flight: Flight = {
      pages: this.#limiterOf(series)(depart).finally(end),
      waiterCount: 0,
      askedAt: null,
      maxAgeMs: Number.POSITIVE_INFINITY,
    };
    // If all queries have left, nothing handles its failure.
    flight.pages.catch(() => {});
    for (const { page } of run.pages) this.#flights.set(toKey(series, page), flight);
    return flight;
  }

  async #fetch(
    series: CandleSeries,
    layout: PageLayout,
    run: PageRun,
    askedAt: number,
    maxAgeMs: number,
  ): Promise<ReadonlyMap<number, CandlePage>> {
    const last = run.pages.at(-1)?.page ?? 0;
    const range = { ...series, since: run.from, until: layout.startOfPage(last + 1) };
    const fetched = new Map<number, CandlePage>();
    try {
      const window = await this.#options.source.fetchCandleRange(
        range,
        Number.isFinite(maxAgeMs) ? { maxAgeMs } : undefined,
      );
      for (const { page, from, old } of run.pages) {
        const next = page === last ? window.next : null;
        fetched.set(page, renewPage(layout, old, { page, from, askedAt, window: { ...window, next } }));
      }
    } catch (error) {
      const kept = run.pages.filter(({ old }) => old && old.settledUntil >= old.until);
      if (kept.length < run.pages.length) throw error;
      for (const { page, old } of kept) if (old) fetched.set(page, keepPage(old, askedAt));
    }
    for (const [page, renewed] of fetched) this.#pages.set(toKey(series, page), renewed);
    return fetched;
  }

  #limiterOf({ exchange, symbol }: CandleSeries): LimitFunction {
    const key = `${exchange} ${marketKind(symbol)}`;
    const limiter = this.#limiters.get(key) ?? pLimit(parallelCalls);
    this.#limiters.set(key, limiter);
    return limiter;
  }
}

/** False if the call was made before the needed candles existed, or too long ago. */
function serves(layout: PageLayout, flight: Flight, until: number, maxAgeMs: number, now: number): boolean {
  const { askedAt } = flight;
  if (askedAt === null) return true;
  if (until <= layout.settledBefore(askedAt)) return true;
  return maxAgeMs !== 0 && flight.maxAgeMs <= maxAgeMs && now < layout.freshUntil(askedAt);
}

/** The pages in runs, each as long as one call reaches, and at least one page long. */
function toRuns(layout: PageLayout, missing: PageRun['pages'], perCall: number): readonly PageRun[] {
  // A call may have to ask for a few more periods than it needs.
  const maxPages = Math.max(1, Math.floor((perCall - 1) / periodsPerPage));
  const runs: { from: number; pages: PageRun['pages'][number][] }[] = [];
  for (const entry of missing) {
    const run = runs.at(-1);
    const before = run?.pages.at(-1);
    const follows = before?.page === entry.page - 1 && entry.from === layout.startOfPage(entry.page);
    if (run && follows && run.pages.length < maxPages) run.pages.push(entry);
    else runs.push({ from: entry.from, pages: [entry] });
  }
  return runs;
}

/** Throws if the exchange no longer serves the first candle that begins at the instant or later. */
function requireServed(series: CandleSeries, layout: PageLayout, since: number, { oldest }: CandleLimits): void {
  const { indexOf, startOf } = layout.periods;
  if (startOf(indexOf(since - 1) + 1) < oldest) throw candlesTooOld(series, oldest);
}

function toKey(series: CandleSeries, page: number): string {
  return `${toMarketKey(series)}\n${series.timeframe}\n${page}`;
}
