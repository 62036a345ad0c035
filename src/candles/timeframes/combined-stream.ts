import type { Clock } from '../../base/clock.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { Candle } from '../../market/model/candle.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import type {
  MarketStreams,
  Stream,
  StreamedCandle,
  StreamListener,
  StreamRequest,
} from '../../market/ports/market-streams.ts';
import { type Periods, periodAfter, periodStart, periodsOf } from '../../market/timeframe.ts';
import type { Base } from './bases.ts';
import { combineCandles, isAligned } from './combine.ts';

/** Where the parts of built candles come from. */
export interface PartsOptions {
  readonly streams: Pick<MarketStreams, 'open'>;
  readonly marketData: Pick<MarketData, 'fetchCandles'>;
  readonly clock: Clock;
}

export interface CombinedStreamOptions extends PartsOptions {
  readonly request: StreamRequest<'candles'> & { readonly timeframe: string };
  /** The timeframes that the candles may be built from, best first. */
  readonly bases: readonly Base[];
  readonly listener: StreamListener<readonly StreamedCandle[]>;
}

/** How far an exchange's answers may lag behind its streams, in ms. */
const lagMs = 10_000;

/** How long to wait after a failed fetch before the next one, in ms. */
const retryMs = 5000;

/**
 * A stream of candles that are built from the stream of a shorter timeframe. Parts from before the stream began are
 * fetched, and fetched again after each interruption.
 */
export class CombinedStream implements Stream {
  readonly #options: CombinedStreamOptions;
  readonly #periods: Periods;
  #baseIndex = 0;
  #inner: Stream;
  /** Parts of the newest period and of the one before, by timestamp. */
  readonly #parts = new Map<number, StreamedCandle>();
  /** Counts the connections of the inner stream: each lacks what happened before it. */
  #connection = 0;
  /** The connection for which all parts are known; -1 if there is none. */
  #completeFor = -1;
  /** True until the listener has received something of this connection. */
  #isFirst = true;
  #isFetching = false;
  #fetchAgainAt = 0;
  /** When to fetch once more, because a part had ended just before the last fetch. */
  #askAgainAt = Number.POSITIVE_INFINITY;
  #isClosed = false;

  constructor(options: CombinedStreamOptions) {
    this.#options = options;
    this.#periods = periodsOf(options.request.timeframe);
    this.#inner = this.#open();
  }

  get isOffered(): boolean {
    return this.#inner.isOffered !== false;
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

  #take(candles: readonly StreamedCandle[], isFirst: boolean): void {
    if (this.#isClosed) return;
    if (!isAligned(periodsOf(this.#base), candles)) {
      this.#useNextBase();
      return;
    }
    if (isFirst) {
      this.#connection += 1;
      this.#isFirst = true;
    }
    // A part in between that was not streamed may have had trades.
    if (!this.#follows(candles)) this.#completeFor = -1;
    for (const candle of candles) {
      if (!this.#parts.get(candle.timestamp)?.isFinal) this.#parts.set(candle.timestamp, candle);
    }
    if (this.#completeFor !== this.#connection) {
      void this.#complete();
      return;
    }
    this.#send(candles[0]?.timestamp ?? Number.POSITIVE_INFINITY);
    if (this.#options.clock.now() >= this.#askAgainAt) void this.#complete();
  }

  /** Fetches all parts of the newest period and of the one before. */
  async #complete(): Promise<void> {
    const { clock, marketData, request, bases, listener } = this.#options;
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
      const { value: fetched } = await marketData.fetchCandles(query, { maxAgeMs: 0 });
      // A stream that was interrupted meanwhile is completed with its next message.
      if (this.#isClosed || connection !== this.#connection) return;
      for (const candle of fetched) {
        const streamed = this.#parts.get(candle.timestamp);
        // Volume only grows: the candle with more volume is the newer one.
        if (!streamed || (!streamed.isFinal && streamed.volume < candle.volume))
          this.#parts.set(candle.timestamp, candle);
      }
      this.#completeFor = connection;
      const hasJustEnded = periodStart(this.#base, askedAt) > askedAt - lagMs;
      this.#askAgainAt = hasJustEnded ? askedAt + lagMs : Number.POSITIVE_INFINITY;
      this.#send(since);
    } catch (error) {
      this.#fetchAgainAt = clock.now() + retryMs;
      // If all parts are known, this fetch was only a second look, and its failure changes nothing.
      const isComplete = this.#completeFor === this.#connection;
      if (!this.#isClosed && !isComplete && error instanceof MarketDataError) listener.onInterrupted(error);
    } finally {
      this.#isFetching = false;
    }
  }

  /**
   * Sends the candles from the period of an instant on, and forgets parts from before the last two periods. A candle is
   * final if its last part is.
   */
  #send(since: number): void {
    const { request, listener, clock } = this.#options;
    const { indexOf, startOf } = this.#periods;
    const oldest = this.#startBefore(Math.max(...this.#parts.keys()));
    for (const timestamp of this.#parts.keys()) if (timestamp < oldest) this.#parts.delete(timestamp);
    const parts = [...this.#parts.values()].sort((a, b) => a.timestamp - b.timestamp);
    const candles = combineCandles(request.timeframe, parts, clock.now());
    const from = Number.isFinite(since) ? startOf(indexOf(since)) : since;
    const ends = new Set(
      parts.flatMap(({ timestamp, isFinal }) => (isFinal ? [periodAfter(this.#base, timestamp)] : [])),
    );
    const sent = candles.flatMap((candle): readonly StreamedCandle[] => {
      if (candle.timestamp < from) return [];
      return ends.has(periodAfter(request.timeframe, candle.timestamp)) ? [{ ...candle, isFinal: true }] : [candle];
    });
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    listener.onMessage(sent, isFirst);
  }

  /** True if no part is missing between these parts, or between them and the known ones. */
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

  /** Continues with the next timeframe: the exchange's periods of this one do not begin where ours do. */
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
    const message = `${exchange} streams no candles from which ${timeframe} candles could be built.`;
    listener.onInterrupted(new MarketDataError('NOT_SUPPORTED', message, { exchange, symbol, timeframe }));
  }
}
