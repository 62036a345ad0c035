import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';
import type { Candle } from '../../market/model/candle.ts';
import { periodAfter, periodStart } from '../../market/timeframe.ts';
import { CandleSequence, toEvent } from './candle-sequence.ts';
import type { FeedEvent } from './feed-event.ts';
import { gapError } from './gap-error.ts';
import { HeldCandles } from './held-candles.ts';
import { lagMs } from './lag.ts';
import type { MessageSource, ReconcileResult, Reconciler } from './reconciler.ts';
import type { TopicRequest } from './topic-request.ts';

/** How long an answer without the period that the stream has begun is not trusted, in ms: some exchanges never have it. */
const lateMs = 3000;

/** Candles that came together, oldest first. */
export interface CandleMessage {
  readonly candles: readonly Candle[];
  /** False when some are missing: before the first of them, or after the last. */
  readonly isWhole: boolean;
}

/**
 * The reconciler of candles: subscribers receive the forming candle at each change, and each candle once more when it has
 * closed, none skipped and none twice.
 *
 * A stream says neither that a candle has closed nor that one was left out. An answer to a call may lag behind the stream
 * by seconds, may lack the newest period, and of a market without trades it has no candle at all. Without this class, a
 * late answer would take volume back, an interruption would hide candles that nobody ever receives, and a candle after
 * which nothing is traded would never close.
 *
 * States: it begins with nothing known, and then only what began after it counts, plus the newest candle. Up to date,
 * stream and answers advance the sequence. Behind (`hasGap`), after an interruption or where a period seems to be left out,
 * the stream's candles are held until an answer has filled the gap; where none will, `giveUp` ends the subscribers and the
 * sequence starts again. Failing, the forming candle is marked stale once. When the forming candle's period has passed,
 * `dueAt` asks for a call that says whether it has closed.
 */
export class CandleReconciler implements Reconciler<CandleMessage, Candle> {
  readonly #request: TopicRequest;
  readonly #timeframe: string;
  readonly #clock: Clock;
  readonly #staleMaxMs: number;
  readonly #sequence: CandleSequence;
  readonly #held = new HeldCandles();
  /** When the stream spoke last, epoch ms. */
  #streamedAt = Number.NEGATIVE_INFINITY;
  /** Until when there is no other candle than those known, epoch ms; null where that is not known. */
  #knownUntil: number | null = null;
  /** Since when something is missing, epoch ms; null while nothing is. */
  #gapSince: number | null = null;
  /** Why neither stream nor polls work, while that is so, and when one of them worked last, epoch ms. */
  #error: MarketDataError | null = null;
  #workedAt = 0;

  /** `staleMaxMs` is how old a stale candle may be and still be the first event of a new subscriber. */
  constructor(request: TopicRequest, clock: Clock, staleMaxMs: number) {
    this.#request = request;
    this.#timeframe = request.timeframe ?? '1m';
    this.#clock = clock;
    this.#staleMaxMs = staleMaxMs;
    this.#sequence = new CandleSequence(this.#timeframe, clock);
  }

  get hasGap(): boolean {
    return this.#gapSince !== null;
  }

  get waitingSince(): number | null {
    return this.#held.since;
  }

  get dueAt(): number | null {
    return this.#sequence.dueAt;
  }

  get latest(): readonly FeedEvent<Candle>[] {
    const { last } = this.#sequence;
    const isTooOld = this.#error !== null && this.#clock.now() - this.#workedAt > this.#staleMaxMs;
    return last && !isTooOld ? [toEvent(last)] : [];
  }

  get error(): MarketDataError | null {
    return this.#error;
  }

  get isReady(): boolean {
    if (this.latest.length > 0) return true;
    // A market may have no candle yet.
    return this.#error === null && this.#knownUntil !== null;
  }

  /** The last candle that subscribers have received as closed; null where there is none. */
  get closed(): Candle | null {
    return this.#sequence.closed;
  }

  get since(): number | null {
    const { from } = this.#sequence;
    if (from === null || this.#knownUntil === null || this.#sequence.forming) return from;
    // In a market that has been idle for long, the last candle is too far back: some periods before the last answer will do.
    return Math.max(from, periodAfter(this.#timeframe, periodStart(this.#timeframe, this.#knownUntil), -2));
  }

  take({ candles, isWhole }: CandleMessage, source: MessageSource, asOf: number): ReconcileResult<Candle> {
    // The stream has overtaken a first fetch, which knows less.
    if (source === 'fetch' && !this.#sequence.isEmpty && !this.hasGap) return { events: [], marketMoved: false };
    const marketMoved = this.#sequence.hasMoved(candles);
    const events = source === 'stream' ? this.#takeStreamed(candles) : this.#takeFetched(candles, isWhole, asOf);
    // What the stream sends may have to wait for calls that fail.
    if (!this.hasGap || source !== 'stream') this.#onSuccess();
    return { events, marketMoved };
  }

  fail(error: MarketDataError): readonly FeedEvent<Candle>[] {
    this.#error = error;
    return this.#sequence.markStale();
  }

  interrupt(): void {
    if (!this.#sequence.isEmpty) this.#gapSince = this.#clock.now();
  }

  giveUp(): readonly FeedEvent<Candle>[] {
    const hasSent = !this.#sequence.isEmpty;
    this.#gapSince = null;
    this.#sequence.clear();
    this.#knownUntil = null;
    this.#onSuccess();
    const events = this.#release();
    return hasSent ? [gapError(this.#request, 'candles'), ...events] : events;
  }

  #onSuccess(): void {
    this.#error = null;
    this.#workedAt = this.#clock.now();
  }

  #takeStreamed(candles: readonly Candle[]): readonly FeedEvent<Candle>[] {
    this.#streamedAt = this.#clock.now();
    this.#held.add(this.#sequence.withoutHistory(candles), this.#streamedAt);
    if (this.hasGap) return [];
    const events = this.#release();
    if (!this.hasGap) this.#knownUntil = this.#streamedAt;
    return events;
  }

  #takeFetched(candles: readonly Candle[], isWhole: boolean, asOf: number): readonly FeedEvent<Candle>[] {
    const events: FeedEvent<Candle>[] = [];
    const relevant = this.#sequence.withoutHistory(candles).filter((candle) => !this.#lags(candle));
    relevant.forEach((candle, index) => {
      const isLast = index === relevant.length - 1;
      // Where nothing was known, a candle that had closed long before is history, which subscribers never saw forming.
      const hasClosed = this.#sequence.isEmpty && this.#sequence.hadClosed(candle, asOf);
      this.#sequence.advance(candle, !isLast || hasClosed, events);
    });
    for (const candle of candles) this.#held.dropOlderThan(candle);
    if (!isWhole) this.#gapSince ??= asOf;
    if (!isWhole || asOf < (this.#gapSince ?? asOf) || this.#lagsBehindStream(candles)) return events;
    this.#gapSince = null;
    this.#knownUntil = asOf;
    this.#sequence.closeElapsed(candles, asOf, events);
    return [...events, ...this.#release()];
  }

  /** A period's volume only grows: an answer with less than the stream sent a moment ago is from before that. */
  #lags({ timestamp, volume }: Candle): boolean {
    const { forming } = this.#sequence;
    if (!forming || timestamp !== forming.timestamp || volume >= forming.volume) return false;
    return this.#clock.now() - this.#streamedAt < lagMs;
  }

  /** An answer without the period that the stream sent a moment ago is from before that. */
  #lagsBehindStream(candles: readonly Candle[]): boolean {
    if (!this.#held.areAheadOf(candles)) return false;
    return this.#clock.now() - (this.#gapSince ?? 0) < lateMs;
  }

  /** Sends what is held, up to a period before which others may have candles that were never seen: that is a gap. */
  #release(): readonly FeedEvent<Candle>[] {
    const events: FeedEvent<Candle>[] = [];
    const held = this.#held.oldestFirst;
    for (const [index, candle] of held.entries()) {
      if (candle.timestamp > (this.#sequence.nextStart ?? Number.POSITIVE_INFINITY)) {
        this.#gapSince = this.#clock.now();
        return events;
      }
      this.#held.remove(candle);
      this.#sequence.advance(candle, index < held.length - 1, events);
    }
    this.#held.onReleased();
    return events;
  }
}
