import type { Clock } from '../../../src/base/clock.ts';
import type {
  Candle,
  CandleLimits,
  CandleRange,
  CandleSeries,
  CandleWindow,
} from '../../../src/market/model/candle.ts';
import { candlesTooOld } from '../../../src/market/model/candle-errors.ts';
import type { CandleSource, FetchOptions } from '../../../src/market/ports/market-data.ts';
import { periodAfter, periodsOf } from '../../../src/market/timeframe.ts';

/** A call that was made, and when, epoch ms. */
export interface RangeCall extends CandleRange {
  readonly at: number;
}

/**
 * An exchange whose candles are computed from their time. They are the truth that answers are compared with. Tests
 * leave gaps, revise candles, make calls wait or fail, and count calls.
 */
export class TrueCandles implements CandleSource {
  readonly calls: RangeCall[] = [];
  perCall = 1000;
  /** How many of its newest candles it serves. */
  history = Number.POSITIVE_INFINITY;
  /** True if nothing was traded in the period that begins at the instant. */
  isGap: (timestamp: number) => boolean = () => false;
  /** The change of a candle's volume by revisions. */
  revision: (timestamp: number) => number = () => 0;
  /** Called before each answer. It throws to make the call fail, and can make it wait. */
  before: (range: CandleRange) => Promise<void> | void = () => {};
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The candle that begins at the instant, as it is now; null in a gap and in the future. */
  at(timeframe: string, timestamp: number): Candle | null {
    const now = this.#clock.now();
    if (timestamp > now || timestamp < 0 || this.isGap(timestamp)) return null;
    const end = periodAfter(timeframe, timestamp);
    const open = 100 + ((timestamp / 1000) % 97);
    const close = 100 + ((end / 1000) % 97);
    const share = Math.min(1, (now - timestamp) / (end - timestamp));
    return {
      timestamp,
      open,
      high: Math.max(open, close) + 1,
      low: Math.min(open, close) - 1,
      close,
      volume: 10 * share + this.revision(timestamp),
      closed: end <= now,
    };
  }

  /** All candles that begin within `[since, until)`, epoch ms, as they are now. */
  within(timeframe: string, since: number, until: number): readonly Candle[] {
    const { indexOf, startOf } = periodsOf(timeframe);
    const found: Candle[] = [];
    const end = Math.min(until, this.#clock.now() + 1);
    for (let index = indexOf(Math.max(0, since) - 1) + 1; startOf(index) < end; index++) {
      const candle = this.at(timeframe, startOf(index));
      if (candle) found.push(candle);
    }
    return found;
  }

  candleLimits = async (series: CandleSeries): Promise<CandleLimits> => ({
    perCall: this.perCall,
    oldest: this.#oldest(series),
  });

  fetchCandleRange = async (range: CandleRange, _options?: FetchOptions): Promise<CandleWindow> => {
    const { timeframe, since, until } = range;
    const { indexOf } = periodsOf(timeframe);
    const at = this.#clock.now();
    this.calls.push({ ...range, at });
    const periods = indexOf(until - 1) - indexOf(since) + 1;
    if (periods > this.perCall) throw new Error(`${periods} periods in one call`);
    const answered = this.within(timeframe, Math.max(since, this.#oldest(range)), until);
    await this.before(range);
    const from = Math.max(since, this.#oldest(range));
    if (from >= until) throw candlesTooOld(range, from);
    return { candles: answered.filter(({ timestamp }) => timestamp >= from), from, next: null };
  };

  #oldest({ timeframe }: CandleSeries): number {
    if (this.history === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY;
    const { indexOf, startOf } = periodsOf(timeframe);
    return startOf(indexOf(this.#clock.now()) + 1 - this.history);
  }
}
