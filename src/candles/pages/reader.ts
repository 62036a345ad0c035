import { MarketDataError } from '../../market/errors.ts';
import type { CandleLimits, CandleQuery, CandleSeries } from '../../market/model/candle.ts';
import { candlesTooOld, firstReadOf } from '../../market/model/candle-errors.ts';
import { bothValid, type Fresh, type Validity } from '../../market/model/fresh.ts';
import type { CandlePage } from './candle-page.ts';
import { CandleRows } from './candle-rows.ts';
import { type PageLayout, periodsPerPage } from './page-layout.ts';
import type { CandlePages } from './pages.ts';
import type { Waiter } from './waiter.ts';

/** A search for the next or an earlier candle passes at most this many calls' worth of periods without any candle. */
const maxEmptyAhead = 30;
const maxEmptyBack = 3;

export interface ReadOptions {
  readonly now: number;
  readonly maxAgeMs: number;
  readonly limits: CandleLimits;
  readonly waiter: Waiter;
}

/** Answers one query from as many pages as it takes: a market may have no candle for a long time. */
export class CandleReader {
  readonly #pages: CandlePages;
  readonly #series: CandleSeries;
  readonly #layout: PageLayout;
  readonly #options: ReadOptions;
  readonly #renewed = new Map<number, CandlePage>();
  #validity: Validity = { freshUntil: Number.POSITIVE_INFINITY };
  /** Set if it is unknown whether the pages that were read lack candles: the error that prevented finding out. */
  #doubt: MarketDataError | null = null;

  constructor(pages: CandlePages, series: CandleSeries, options: ReadOptions) {
    this.#pages = pages;
    this.#series = series;
    this.#layout = pages.layoutOf(series);
    this.#options = options;
  }

  /** All candles of the query, or an error, as described at `CandleStore`. Call it only once. */
  async answer({ since, until, limit }: CandleQuery): Promise<Fresh<CandleRows>> {
    // A period that begins at this very moment counts.
    const end = Math.min(until ?? Number.POSITIVE_INFINITY, this.#options.now + 1);
    const rows = since === undefined ? await this.#newest(end, limit) : await this.#first(since, end, limit);
    // Received candles are correct in any case. An empty answer is correct only if nothing is in doubt.
    if (rows.length === 0 && this.#doubt) throw this.#doubt;
    return { value: rows, ...this.#validity };
  }

  /** The first `limit` candles of `[since, end)`. */
  async #first(since: number, end: number, limit: number): Promise<CandleRows> {
    const { indexOf, startOf } = this.#layout.periods;
    let rows = new CandleRows([]);
    let from = firstReadOf(since, this.#options.limits.oldest);
    if (from > this.#options.now) this.#validity = { freshUntil: from };
    for (let empty = 0; from < end && rows.length < limit; ) {
      const periods = Math.max(limit - rows.length, this.#stepAfter(empty));
      const to = Math.min(end, startOf(indexOf(from - 1) + 1 + periods));
      const pages = await this.#read(from, to);
      requireKnown(this.#series, this.#layout, pages, from);
      const found = CandleRows.within(pages, from, to);
      rows = rows.concat(found);
      empty = found.length > 0 ? 0 : empty + indexOf(to - 1) - indexOf(from - 1);
      if (empty > maxEmptyAhead * this.#options.limits.perCall) throw this.#doubt ?? this.#nothingFrom(since, to);
      from = Math.max(to, nextAfter(pages.at(-1), to));
    }
    return rows.first(limit);
  }

  /** The last `limit` candles that begin before `end`: further back if some periods have none, up to a bound. */
  async #newest(end: number, limit: number): Promise<CandleRows> {
    const { indexOf, startOf } = this.#layout.periods;
    let rows = new CandleRows([]);
    let to = end;
    const maxEmpty = maxEmptyBack * this.#options.limits.perCall;
    for (let empty = 0; to > 0 && rows.length < limit && empty < maxEmpty; ) {
      // The query asks for `limit` periods; earlier ones replace those that are empty, as far as the exchange serves them.
      const served = to < end ? this.#options.limits.oldest : 0;
      const periods = Math.max(limit - rows.length, this.#stepAfter(empty));
      const from = Math.max(0, served, startOf(indexOf(to - 1) + 1 - periods));
      if (from >= to) break;
      const pages = await this.#read(from, to);
      if (to === end) requireKnown(this.#series, this.#layout, pages, from);
      const found = CandleRows.within(pages, from, to);
      rows = found.concat(rows);
      if (pages.some((page) => page.from > Math.max(from, page.since))) break;
      empty = found.length > 0 ? 0 : empty + indexOf(to - 1) - indexOf(from - 1);
      to = from;
    }
    return rows.last(limit);
  }

  async #read(since: number, until: number): Promise<readonly CandlePage[]> {
    const { maxAgeMs, limits, waiter } = this.#options;
    const mayReuse = maxAgeMs === Number.POSITIVE_INFINITY;
    const need = { since, until, maxAgeMs, limits, mayReuse, isRenewal: false, renewed: this.#renewed };
    const { pages, validity } = await this.#pages.read(this.#series, this.#layout, need, waiter);
    this.#doubt ??= pages.find(({ doubt }) => doubt !== null)?.doubt ?? null;
    this.#validity = bothValid(this.#validity, validity);
    return pages;
  }

  /** How many periods to search at once after `empty` periods without a candle: more each time, up to a call's worth. */
  #stepAfter(empty: number): number {
    return Math.min(empty, Math.max(1, Math.floor(this.#options.limits.perCall / periodsPerPage) - 1) * periodsPerPage);
  }

  #nothingFrom(since: number, until: number): MarketDataError {
    const { exchange, symbol, timeframe } = this.#series;
    const message = `${exchange} has no candle of ${symbol} ${timeframe} from ${toText(since)} to ${toText(until)}: ask for a later since.`;
    return new MarketDataError('BAD_USER_INPUT', message, { exchange, symbol, timeframe });
  }
}

/** Throws if the pages lack candles that begin at the instant or later. */
function requireKnown(series: CandleSeries, layout: PageLayout, pages: readonly CandlePage[], since: number): void {
  const { indexOf, startOf } = layout.periods;
  const first = startOf(indexOf(since - 1) + 1);
  const limited = pages.findLast((page) => page.from > page.since);
  if (limited && first < limited.from) throw candlesTooOld(series, limited.from);
}

/** The earliest start of the next candle from `instant` on, epoch ms, as far as the page shows it. */
function nextAfter(page: CandlePage | undefined, instant: number): number {
  if (!page || page.settledUntil < page.until || page.candles.countWithin(instant, page.until) > 0) return instant;
  return page.next ?? page.until;
}

function toText(instant: number): string {
  return new Date(instant).toISOString();
}
