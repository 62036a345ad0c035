import type { Clock } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import { MarketDataError } from '../../market/errors.ts';
import type {
  Candle,
  CandleLimits,
  CandleQuery,
  CandleRange,
  CandleSeries,
  CandleWindow,
} from '../../market/model/candle.ts';
import { candlesTooOld } from '../../market/model/candle-errors.ts';
import type { CandleFormat, CandleText } from '../../market/model/candle-text.ts';
import type { Fresh } from '../../market/model/fresh.ts';
import type { CandleSource, FetchOptions, MarketData } from '../../market/ports/market-data.ts';
import type { CandlePage } from './candle-page.ts';
import type { CandleRows } from './candle-rows.ts';
import { PageTexts } from './page-texts.ts';
import { CandlePages } from './pages.ts';
import { toWindow } from './range-window.ts';
import { CandleReader } from './reader.ts';
import { Waiter } from './waiter.ts';

export interface CandleStoreOptions {
  readonly source: CandleSource;
  readonly clock: Clock;
  /** Candles that can still change are served without another call for at least this time, in ms. */
  readonly ttlMs: number;
  /** How long one query may take, whatever it has to fetch, in ms. */
  readonly timeoutMs: number;
  /** Called once for each query that could be answered from memory: true if it waited for no call. */
  readonly onLookup?: (isHit: boolean) => void;
  /** Called for each call that renews candles which answer meanwhile. */
  readonly onRenewal?: () => void;
  /** How many bytes the texts of all pages together may take. */
  readonly maxTextBytes?: number;
}

/** Enough for a million and a half candles. */
const maxBytes = 72 * 1024 * 1024;

/**
 * Candles of any range, fetched once: closed candles are kept, and those that may change are asked for again at a pace
 * that follows the timeframe, or at once with `maxAgeMs` 0. An answer has all candles, or it is an error: BAD_USER_INPUT
 * if the exchange's history does not reach back that far, TIMEOUT past the deadline (candles that came in time are kept),
 * and what the source throws. Another store, in another instance of the server, may use this one as its source.
 */
export class CandleStore implements Pick<MarketData, 'fetchCandles' | 'fetchCandleText'>, CandleSource {
  readonly #options: CandleStoreOptions;
  readonly #pages: CandlePages;
  readonly #texts: PageTexts;

  constructor(options: CandleStoreOptions) {
    this.#options = options;
    this.#texts = new PageTexts(options.maxTextBytes);
    const onDrop = (page: CandlePage): void => this.#texts.drop(page);
    this.#pages = new CandlePages({ ...options, maxBytes, onDrop });
  }

  /** The size of all texts of candles, in bytes. */
  get textBytes(): number {
    return this.#texts.bytes;
  }

  async fetchCandles(query: CandleQuery, options?: FetchOptions): Promise<Fresh<readonly Candle[]>> {
    const { value, ...validity } = await this.#fetch(query, options);
    return { value: value.toCandles(), ...validity };
  }

  async fetchCandleText(
    query: CandleQuery,
    format: CandleFormat,
    options?: FetchOptions,
  ): Promise<Fresh<CandleText> | null> {
    const { value, ...validity } = await this.#fetch(query, options);
    const text = await this.#texts.write(value, format);
    return text && { value: text, ...validity };
  }

  candleLimits(series: CandleSeries): Promise<CandleLimits> {
    return this.#options.source.candleLimits(series);
  }

  /** Answers like the exchange, but from the pages: ranges that overlap share the calls. */
  async fetchCandleRange(range: CandleRange, options?: FetchOptions): Promise<CandleWindow> {
    const series = toSeries(range);
    const waiter = new Waiter();
    return await this.#inTime(series, waiter, this.#readRange(range, series, waiter, options));
  }

  async #readRange(
    range: CandleRange,
    series: CandleSeries,
    waiter: Waiter,
    { maxAgeMs = Number.POSITIVE_INFINITY, isRenewal = false }: FetchOptions = {},
  ): Promise<CandleWindow> {
    const { until } = range;
    const limits = await this.#options.source.candleLimits(series);
    const since = Math.max(range.since, limits.oldest);
    if (since >= until) throw candlesTooOld(series, limits.oldest);
    // The other store has its own rule for pages that answer while they are renewed. Two rules would add up their ages.
    const need = { since, until, maxAgeMs, limits, mayReuse: false, isRenewal, renewed: new Map<number, CandlePage>() };
    const { pages } = await this.#pages.read(series, this.#pages.layoutOf(series), need, waiter);
    return toWindow(pages, range, this.#options.clock.now());
  }

  async #fetch(query: CandleQuery, options?: FetchOptions): Promise<Fresh<CandleRows>> {
    const series = toSeries(query);
    const maxAgeMs = options?.maxAgeMs ?? Number.POSITIVE_INFINITY;
    const waiter = new Waiter();
    try {
      return await this.#inTime(series, waiter, this.#read(query, series, maxAgeMs, waiter));
    } finally {
      if (maxAgeMs > 0) this.#options.onLookup?.(!waiter.hasWaited);
    }
  }

  async #inTime<T>(series: CandleSeries, waiter: Waiter, answer: Promise<T>): Promise<T> {
    const { clock, timeoutMs } = this.#options;
    try {
      return await withDeadline(clock, timeoutMs, answer, () => tooLate(series, timeoutMs));
    } finally {
      waiter.leave();
    }
  }

  async #read(query: CandleQuery, series: CandleSeries, maxAgeMs: number, waiter: Waiter): Promise<Fresh<CandleRows>> {
    const { source, clock } = this.#options;
    const limits = await source.candleLimits(series);
    const reader = new CandleReader(this.#pages, series, { now: clock.now(), maxAgeMs, limits, waiter });
    return await reader.answer(query);
  }
}

function toSeries({ exchange, symbol, timeframe }: CandleSeries): CandleSeries {
  return { exchange, symbol, timeframe };
}

function tooLate(series: CandleSeries, timeoutMs: number): MarketDataError {
  const message = `${series.exchange} did not serve all these candles within ${timeoutMs} ms. The candles that arrived are kept: ask again, or ask for fewer.`;
  return new MarketDataError('TIMEOUT', message, series);
}
