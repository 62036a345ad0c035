import type { Candle, CandleLimits, CandleQuery, CandleSeries } from '../../market/candle.ts';
import { candlesTooOld } from '../../market/candle-history.ts';
import { MarketDataError } from '../../market/error.ts';
import type { Page } from './page.ts';
import type { CandlePages } from './pages.ts';
import type { PageRules } from './series.ts';

/** How many calls' worth of periods without any candle are looked through: for the next one, or for one from before. */
const mostEmptyAhead = 30;
const mostEmptyBack = 3;

export interface ReadOptions {
  readonly now: number;
  readonly maxAgeMs: number;
  readonly limits: CandleLimits;
  readonly signal: AbortSignal;
}

/** Candles that answer a query, and until when they do, epoch ms. */
export interface CandleAnswer {
  readonly candles: readonly Candle[];
  readonly freshUntil: number;
}

/** Answers queries from pages, as many as it takes: a market may have no candle for a long time. */
export class CandleReader {
  readonly #pages: CandlePages;
  readonly #series: CandleSeries;
  readonly #rules: PageRules;
  readonly #options: ReadOptions;
  readonly #seen = new Map<number, Page>();
  #freshUntil = Number.POSITIVE_INFINITY;

  constructor(pages: CandlePages, series: CandleSeries, options: ReadOptions) {
    this.#pages = pages;
    this.#series = series;
    this.#rules = pages.rulesOf(series);
    this.#options = options;
  }

  async answer({ since, until, limit }: CandleQuery): Promise<CandleAnswer> {
    // A period that begins in this very moment is one already.
    const end = Math.min(until ?? Number.POSITIVE_INFINITY, this.#options.now + 1);
    const candles = since === undefined ? await this.#newest(end, limit) : await this.#first(since, end, limit);
    return { candles, freshUntil: this.#freshUntil };
  }

  /** The first `limit` candles of `[since, end)`. */
  async #first(since: number, end: number, limit: number): Promise<readonly Candle[]> {
    const { indexOf, startOf } = this.#rules.periods;
    const candles: Candle[] = [];
    let from = Math.max(0, since);
    if (from > this.#options.now) this.#freshUntil = from;
    for (let empty = 0; from < end && candles.length < limit; ) {
      const to = Math.min(end, startOf(indexOf(from - 1) + 1 + limit - candles.length));
      const pages = await this.#read(from, to);
      requireKnown(this.#series, this.#rules, pages, from);
      const found = pages.flatMap((page) => page.candles.within(from, to));
      candles.push(...found.slice(0, limit - candles.length));
      empty = found.length > 0 ? 0 : empty + this.#callsFor(from, to);
      if (empty > mostEmptyAhead) throw this.#nothingFrom(since, to);
      const last = pages.at(-1);
      from = last?.next && last.until <= to ? Math.max(to, last.next) : to;
    }
    return candles;
  }

  /** The last `limit` candles that begin before `end`: further back where some periods have none, up to a bound. */
  async #newest(end: number, limit: number): Promise<readonly Candle[]> {
    const { indexOf, startOf } = this.#rules.periods;
    let candles: readonly Candle[] = [];
    let to = end;
    for (let empty = 0; to > 0 && candles.length < limit && empty < mostEmptyBack; ) {
      // What is asked for is `limit` periods; those from before stand in where some are empty, as far as there are any.
      const served = to < end ? this.#options.limits.oldest : 0;
      const from = Math.max(0, served, startOf(indexOf(to - 1) + 1 - (limit - candles.length)));
      if (from >= to) break;
      const pages = await this.#read(from, to).catch((error: unknown) => {
        if (to < end && isTooOld(error)) return [];
        throw error;
      });
      if (to === end) requireKnown(this.#series, this.#rules, pages, from);
      const found = pages.flatMap((page) => page.candles.within(from, to));
      candles = [...found.slice(candles.length - limit), ...candles];
      if (pages.length === 0 || pages.some((page) => page.from > Math.max(from, page.since))) break;
      empty = found.length > 0 ? 0 : empty + this.#callsFor(from, to);
      to = from;
    }
    return candles;
  }

  async #read(since: number, until: number): Promise<readonly Page[]> {
    const { maxAgeMs, limits, signal } = this.#options;
    signal.throwIfAborted();
    const need = { since, until, maxAgeMs, limits, seen: this.#seen };
    const read = await this.#pages.read(this.#series, this.#rules, need, signal);
    for (const [number, page] of read) this.#seen.set(number, page);
    const pages = [...read.values()];
    this.#freshUntil = Math.min(this.#freshUntil, this.#pages.freshUntil(this.#rules, pages, until));
    return pages;
  }

  #callsFor(since: number, until: number): number {
    const { indexOf } = this.#rules.periods;
    return (indexOf(until - 1) - indexOf(since) + 1) / this.#options.limits.perCall;
  }

  #nothingFrom(since: number, until: number): MarketDataError {
    const { exchange, symbol, timeframe } = this.#series;
    const message = `${exchange} has no candle of ${symbol} ${timeframe} from ${toText(since)} to ${toText(until)}: ask for a later since.`;
    return new MarketDataError('BAD_USER_INPUT', message, { exchange, symbol, timeframe });
  }
}

/** Throws where candles of the pages are missing that begin at the instant or later. */
function requireKnown(series: CandleSeries, rules: PageRules, pages: readonly Page[], since: number): void {
  const { indexOf, startOf } = rules.periods;
  const first = startOf(indexOf(since - 1) + 1);
  const limited = pages.findLast((page) => page.from > page.since);
  if (limited && first < limited.from) throw candlesTooOld(series, limited.from);
}

function isTooOld(error: unknown): boolean {
  return error instanceof MarketDataError && error.code === 'BAD_USER_INPUT';
}

function toText(instant: number): string {
  return new Date(instant).toISOString();
}
