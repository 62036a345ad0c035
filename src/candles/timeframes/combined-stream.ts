import type { Clock } from '../../base/clock.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { Candle } from '../../market/model/candle.ts';
import type { MarketStreams, Stream, StreamListener, StreamRequest } from '../../market/ports/market-streams.ts';
import { type Periods, periodStart, periodsOf } from '../../market/timeframe.ts';
import type { FetchCandles } from '../pages/store.ts';
import type { Base } from './bases.ts';
import { combineCandles, isAligned } from './combine.ts';

/** Where the parts come from. */
export interface PartsOptions {
  readonly streams: Pick<MarketStreams, 'open'>;
  readonly fetchCandles: FetchCandles;
  readonly clock: Clock;
}

export interface CombinedStreamOptions extends PartsOptions {
  readonly request: StreamRequest<'candles'> & { readonly timeframe: string };
  /** What it may be built from, best first. */
  readonly bases: readonly Base[];
  readonly listener: StreamListener<readonly Candle[]>;
}

/** An exchange's answers may lag so far behind what it streams, in ms. */
const lagMs = 10_000;

/** After a fetch that failed, the next is not made before this, in ms. */
const retryMs = 5000;

/**
 * A stream of candles built from that of a shorter timeframe. The parts that a period had before the stream began are
 * fetched, and again after each interruption.
 */
export class CombinedStream implements Stream {
  readonly #options: CombinedStreamOptions;
  readonly #periods: Periods;
  #baseIndex = 0;
  #inner: Stream;
  /** Parts of the newest period and of the one before, by timestamp. */
  readonly #parts = new Map<number, Candle>();
  /** Counts the connections of the inner stream: what each brings lacks what came before it. */
  #connection = 0;
  /** The connection since which, and for which, all parts are known. */
  #wholeSince = -1;
  /** True until something was told of this connection. */
  #isFirst = true;
  #isFetching = false;
  #fetchAgainAt = 0;
  /** When parts are fetched once more that had ended just before they were. */
  #askAgainAt = Number.POSITIVE_INFINITY;
  #isClosed = false;

  constructor(options: CombinedStreamOptions) {
    this.#options = options;
    this.#periods = periodsOf(options.request.timeframe);
    this.#inner = this.#open();
  }

  redial(missed: boolean): void {
    this.#inner.redial(missed);
  }

  close(): void {
    this.#isClosed = true;
    this.#inner.close();
  }

  get #base(): string {
    return this.#options.bases[this.#baseIndex]?.timeframe ?? '1m';
  }

  #open(): Stream {
    const { streams, request, listener } = this.#options;
    return streams.open(
      { ...request, timeframe: this.#base },
      {
        onMessage: (candles, isFirst) => this.#take(candles, isFirst),
        onInterrupted: (error) => {
          this.#connection += 1;
          listener.onInterrupted(error);
        },
      },
    );
  }

  #take(candles: readonly Candle[], isFirst: boolean): void {
    if (this.#isClosed) return;
    if (!isAligned(periodsOf(this.#base), candles)) {
      this.#useNextBase();
      return;
    }
    if (isFirst) {
      this.#connection += 1;
      this.#isFirst = true;
    }
    // A part that was not streamed may have had trades.
    if (!this.#follows(candles)) this.#wholeSince = -1;
    for (const candle of candles) this.#parts.set(candle.timestamp, candle);
    if (this.#wholeSince !== this.#connection) {
      void this.#complete();
      return;
    }
    this.#tell(candles[0]?.timestamp ?? 0);
    if (this.#options.clock.now() >= this.#askAgainAt) void this.#complete();
  }

  /** Fetches what the newest period, and the one before, had until now. */
  async #complete(): Promise<void> {
    const { clock, fetchCandles, request, bases, listener } = this.#options;
    const newest = Math.max(...this.#parts.keys());
    if (this.#isFetching || clock.now() < this.#fetchAgainAt || !Number.isFinite(newest)) return;
    this.#isFetching = true;
    const connection = this.#connection;
    const askedAt = clock.now();
    const { exchange, symbol } = request;
    const since = this.#startBefore(newest);
    const limit = 2 * (bases[this.#baseIndex]?.ratio ?? 1);
    try {
      const query = { exchange, symbol, timeframe: this.#base, since, limit };
      const fetched = await fetchCandles(query, { maxAgeMs: 0 });
      // A stream that broke off meanwhile is completed when it speaks again.
      if (this.#isClosed || connection !== this.#connection) return;
      for (const candle of fetched) {
        const streamed = this.#parts.get(candle.timestamp);
        // Volume only grows: the one that has more is the newer.
        if (!streamed || streamed.volume < candle.volume) this.#parts.set(candle.timestamp, candle);
      }
      this.#wholeSince = connection;
      const hasJustEnded = periodStart(this.#base, askedAt) > askedAt - lagMs;
      this.#askAgainAt = hasJustEnded ? askedAt + lagMs : Number.POSITIVE_INFINITY;
      this.#tell(since);
    } catch (error) {
      this.#fetchAgainAt = clock.now() + retryMs;
      // It was only to be seen whether what is told has changed.
      const isTold = this.#wholeSince === this.#connection;
      if (!this.#isClosed && !isTold && error instanceof MarketDataError) listener.onInterrupted(error);
    } finally {
      this.#isFetching = false;
    }
  }

  /** Tells the candles from the period of an instant on, and forgets what lies before the last period but one. */
  #tell(since: number): void {
    const { request, listener, clock } = this.#options;
    const { indexOf, startOf } = this.#periods;
    const oldest = this.#startBefore(Math.max(...this.#parts.keys()));
    for (const timestamp of this.#parts.keys()) if (timestamp < oldest) this.#parts.delete(timestamp);
    const parts = [...this.#parts.values()].sort((a, b) => a.timestamp - b.timestamp);
    const candles = combineCandles(request.timeframe, parts, clock.now());
    const from = startOf(indexOf(since));
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    listener.onMessage(
      candles.filter(({ timestamp }) => timestamp >= from),
      isFirst,
    );
  }

  /** True when none can lie between these parts, or between them and those known. */
  #follows(candles: readonly Candle[]): boolean {
    const { indexOf } = periodsOf(this.#base);
    let newest = Math.max(...this.#parts.keys());
    for (const { timestamp } of candles) {
      if (indexOf(timestamp) > indexOf(newest) + 1) return false;
      newest = Math.max(newest, timestamp);
    }
    return true;
  }

  /** Start of the period before the one that holds the instant. */
  #startBefore(instant: number): number {
    const { indexOf, startOf } = this.#periods;
    return startOf(indexOf(instant) - 1);
  }

  /** The exchange begins its periods elsewhere than we do. */
  #useNextBase(): void {
    const { bases, request, listener } = this.#options;
    this.#inner.close();
    this.#parts.clear();
    this.#connection += 1;
    if (this.#baseIndex + 1 < bases.length) {
      this.#baseIndex += 1;
      this.#inner = this.#open();
      return;
    }
    this.#isClosed = true;
    const { exchange, symbol, timeframe } = request;
    const message = `${exchange} streams nothing that candles of ${timeframe} could be built from.`;
    listener.onInterrupted(new MarketDataError('NOT_SUPPORTED', message, { exchange, symbol, timeframe }));
  }
}
