import { LRUCache } from 'lru-cache';
import pLimit, { type LimitFunction } from 'p-limit';
import type { Clock } from '../../base/clock.ts';
import { marketKind } from '../../market/market-ref.ts';
import type { CandleLimits, CandleSeries } from '../../market/model/candle.ts';
import { candlesTooOld } from '../../market/model/candle-errors.ts';
import type { CandleSource } from '../../market/ports/market-data.ts';
import { keepPage, missingFrom, type Page, pageFreshUntil, renewPage } from './page.ts';
import { createPageLayout, type PageLayout, periodsPerPage } from './page-layout.ts';
import type { Awaited, Waiter } from './waiter.ts';

export interface CandlePagesOptions {
  readonly source: CandleSource;
  readonly clock: Clock;
  /** The least time for which candles that may change serve again, in ms. */
  readonly ttlMs: number;
  /** How much the pages may take in all. */
  readonly maxBytes: number;
}

/** Which candles somebody needs: those that begin within `[since, until)`, epoch ms. */
export interface PagesNeed {
  readonly since: number;
  readonly until: number;
  readonly maxAgeMs: number;
  readonly limits: CandleLimits;
  /** Pages that calls have brought for this query, by their numbers, to which it adds: new enough for it whatever part it needs. */
  readonly renewed: Map<number, Page>;
}

/** Pages that one call asks for, `from` the first instant that is needed of the first of them. */
interface Run {
  readonly from: number;
  readonly pages: readonly { readonly page: number; readonly from: number; readonly old: Page | undefined }[];
}

/** A call for pages. When its turn comes and nobody waits for it any more, it is not made. */
interface Flight extends Awaited {
  readonly pages: Promise<ReadonlyMap<number, Page>>;
  /** When it was made, epoch ms; null while it waits for its turn. */
  askedAt: number | null;
}

/** How many calls for candles of one kind of market an exchange is sent at a time, so that others find their turn in between. */
const parallelCalls = 3;

/** Keys, promises and what lru-cache keeps beside each page. */
const overheadBytes = 400;

/**
 * Candles by aligned pages of columns: what has settled is asked for once, the rest again at a pace that follows the
 * timeframe. Those who need the same page at the same time share its call.
 */
export class CandlePages {
  readonly #options: CandlePagesOptions;
  readonly #pages: LRUCache<string, Page>;
  readonly #flights = new Map<string, Flight>();
  readonly #limiters = new Map<string, LimitFunction>();

  constructor(options: CandlePagesOptions) {
    this.#options = options;
    this.#pages = new LRUCache({
      maxSize: options.maxBytes,
      sizeCalculation: ({ candles }) => candles.bytes + overheadBytes,
    });
  }

  /** How the candles of a series lie in pages. */
  rulesOf(series: CandleSeries): PageLayout {
    return createPageLayout(series, this.#options.ttlMs);
  }

  /**
   * The pages that hold what is needed, in order. Calls that `waiter` has left before they were made are
   * made for others or not at all. Rejects with what the source throws.
   */
  async read(series: CandleSeries, rules: PageLayout, need: PagesNeed, waiter: Waiter): Promise<readonly Page[]> {
    const now = this.#options.clock.now();
    const pages = new Map<number, Page | null>();
    const flights = new Set<Flight>();
    const missing: { page: number; from: number; old: Page | undefined }[] = [];
    for (let page = rules.pageOf(need.since); page <= rules.pageOf(need.until - 1); page++) {
      const key = toKey(series, page);
      const known = this.#pages.get(key);
      const until = Math.min(need.until, rules.startOfPage(page + 1));
      const isRenewed = known !== undefined && need.renewed.get(page) === known;
      const part = { until, now, maxAgeMs: need.maxAgeMs };
      const from = isRenewed ? null : missingFrom(rules, known, part, rules.startOfPage(page));
      pages.set(page, from === null ? (known ?? null) : null);
      if (from === null) continue;
      const isRecheck = known !== undefined && until <= known.settledUntil;
      if (!isRecheck) requireServed(series, rules, Math.max(need.since, from), need.limits);
      const flight = this.#flights.get(key);
      if (flight && isGoodEnough(rules, flight, until, need.maxAgeMs, now)) flights.add(flight);
      else missing.push({ page, from, old: known });
    }
    for (const run of toRuns(rules, missing, need.limits.perCall)) flights.add(this.#fly(series, rules, run));
    for (const flight of flights) waiter.join(flight);
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

  /** Until when the answer made of these pages is the answer, epoch ms. */
  freshUntil(rules: PageLayout, pages: readonly Page[], until: number): number {
    return Math.min(...pages.map((page) => pageFreshUntil(rules, page, Math.min(until, page.until))));
  }

  #fly(series: CandleSeries, rules: PageLayout, run: Run): Flight {
    const end = (): void => {
      for (const { page } of run.pages) {
        const key = toKey(series, page);
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
      }
    };
    const depart = async (): Promise<ReadonlyMap<number, Page>> => {
      flight.askedAt = this.#options.clock.now();
      if (flight.waiting > 0) return await this.#fetch(series, rules, run, flight.askedAt);
      // At once, so that nobody joins what will not be made.
      end();
      return new Map();
    };
    const flight: Flight = {
      pages: this.#limiterOf(series)(depart).finally(end),
      waiting: 0,
      askedAt: null,
    };
    // Where those who wait have left, nobody hears of its failure.
    flight.pages.catch(() => {});
    for (const { page } of run.pages) this.#flights.set(toKey(series, page), flight);
    return flight;
  }

  async #fetch(series: CandleSeries, rules: PageLayout, run: Run, askedAt: number): Promise<ReadonlyMap<number, Page>> {
    const last = run.pages.at(-1)?.page ?? 0;
    const range = { ...series, since: run.from, until: rules.startOfPage(last + 1) };
    const fetched = new Map<number, Page>();
    try {
      const window = await this.#options.source.fetchCandleRange(range);
      for (const { page, from, old } of run.pages) {
        const next = page === last ? window.next : null;
        fetched.set(page, renewPage(rules, old, { page, from, askedAt, window: { ...window, next } }));
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

/** True unless the call was made before what is needed had happened, or too long ago. */
function isGoodEnough(rules: PageLayout, flight: Flight, until: number, maxAgeMs: number, now: number): boolean {
  const { askedAt } = flight;
  if (askedAt === null) return true;
  if (until <= rules.settledBefore(askedAt)) return true;
  return maxAgeMs !== 0 && now < rules.freshUntil(askedAt);
}

/** Pages that follow each other, together as far as one call reaches; each at least a page. */
function toRuns(rules: PageLayout, missing: Run['pages'], perCall: number): readonly Run[] {
  // A call may have to ask for some periods more than it needs.
  const maxPages = Math.max(1, Math.floor((perCall - 1) / periodsPerPage));
  const runs: { from: number; pages: Run['pages'][number][] }[] = [];
  for (const entry of missing) {
    const run = runs.at(-1);
    const before = run?.pages.at(-1);
    const follows = before?.page === entry.page - 1 && entry.from === rules.startOfPage(entry.page);
    if (run && follows && run.pages.length < maxPages) run.pages.push(entry);
    else runs.push({ from: entry.from, pages: [entry] });
  }
  return runs;
}

/** Throws where the exchange serves the first candle no more that begins at the instant or later. */
function requireServed(series: CandleSeries, rules: PageLayout, since: number, { oldest }: CandleLimits): void {
  const { indexOf, startOf } = rules.periods;
  if (startOf(indexOf(since - 1) + 1) < oldest) throw candlesTooOld(series, oldest);
}

function toKey({ exchange, symbol, timeframe }: CandleSeries, page: number): string {
  return `${exchange}\n${symbol}\n${timeframe}\n${page}`;
}
