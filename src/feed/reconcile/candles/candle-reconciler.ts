import type { Clock } from '../../../base/clock.ts';
import { MarketDataError } from '../../../market/errors.ts';
import type { Candle, CandleQuery } from '../../../market/model/candle.ts';
import type { StreamedCandle } from '../../../market/ports/market-streams.ts';
import { periodAfter, periodStart } from '../../../market/timeframe.ts';
import type { FeedEvent } from '../feed-event.ts';
import { gapError } from '../gap-error.ts';
import { lagMs } from '../lag.ts';
import type { MessageSource, ReconcileResult, Reconciler } from '../reconciler.ts';
import type { TopicRequest } from '../topic-request.ts';
import { CandleSequence, toEvent } from './candle-sequence.ts';
import { HeldCandles } from './held-candles.ts';
import { RecentCandles } from './recent-candles.ts';

/**
 * How long an answer that lacks the newest period of the stream is not trusted, in ms. Some exchanges never return it.
 */
const lateMs = 3000;

/** Candles that arrived together, oldest first. */
export interface CandleMessage {
  readonly candles: readonly StreamedCandle[];
  /** False if candles are missing before the first one or after the last one. */
  readonly isWhole: boolean;
}

/**
 * The reconciler of candles. Subscribers receive the forming candle at each change, and each candle once more when it
 * has closed. No closed candle is skipped, and none is sent twice.
 *
 * A stream of an exchange does not say that a candle has closed or that one was left out. An answer to a call can lag behind the
 * stream by seconds and can lack the newest period. For a market without trades it contains no candle at all. Without
 * this class, a late answer would reduce the volume of a candle, candles would be lost in an interruption, and a candle
 * after which nothing is traded would never close.
 *
 * States:
 * - empty: nothing is known. Only the newest candle counts, and candles that began after this reconciler was created.
 * - up to date: messages of the stream and answers to calls advance the sequence. When the period of the forming candle
 *   has passed, `dueAt` asks for a call that shows whether the candle has closed.
 * - with a gap (`hasGap`), after an interruption or when a period seems to be missing: candles of the stream are held
 *   until an answer has filled the gap. If no answer will, `giveUp` ends the subscribers, and the sequence starts
 *   again.
 * - failing (`error`): neither stream nor calls work. The forming candle is marked stale once.
 */
export class CandleReconciler implements Reconciler<CandleMessage, Candle> {
  readonly #request: TopicRequest;
  readonly #timeframe: string;
  readonly #clock: Clock;
  readonly #staleMaxMs: number;
  readonly #sequence: CandleSequence;
  readonly #held = new HeldCandles();
  readonly #recent = new RecentCandles();
  /** When the stream last sent a message, epoch ms. */
  #streamedAt = Number.NEGATIVE_INFINITY;
  /** The time up to which every candle is known, epoch ms; null if there is no such time. */
  #knownUntil: number | null = null;
  /** Since when something is missing, epoch ms; null while nothing is missing. */
  #gapSince: number | null = null;
  /** Why neither stream nor polls work (null while one of them works), and when one of them last worked, epoch ms. */
  #error: MarketDataError | null = null;
  #workedAt = 0;

  /** `staleMaxMs` is the maximum age of a stale candle that a new subscriber receives as its first event. */
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
    // A market can be without any candle.
    return this.#error === null && this.#knownUntil !== null;
  }

  /** The last candle that subscribers have received as closed; null if there is none. */
  get closed(): Candle | null {
    return this.#sequence.closed;
  }

  /** The answer to a query if it contains no candle from before those that subscribers may have received; else null. */
  read(query: CandleQuery): readonly Candle[] | null {
    return this.#recent.read(query, this.#sequence.forming);
  }

  get since(): number | null {
    const { from } = this.#sequence;
    if (from === null || this.#knownUntil === null || this.#sequence.forming) return from;
    // In a market that has long been idle, the last candle is too far back: two periods before the last answer are
    // enough.
    return Math.max(from, periodAfter(this.#timeframe, periodStart(this.#timeframe, this.#knownUntil), -2));
  }

  take({ candles, isWhole }: CandleMessage, source: MessageSource, asOf: number): ReconcileResult<Candle> {
    // The stream has overtaken the first fetch, whose answer is older.
    if (source === 'fetch' && !this.#sequence.isEmpty && !this.hasGap) return { events: [], marketMoved: false };
    const marketMoved = this.#sequence.hasMoved(candles);
    const events = source === 'stream' ? this.#takeStreamed(candles) : this.#takeFetched(candles, isWhole, asOf);
    this.#remember(events);
    // While there is a gap, a message of the stream waits for calls, so it does not end a failure.
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
    this.#recent.clear();
    this.#knownUntil = null;
    this.#onSuccess();
    const events = this.#release();
    this.#remember(events);
    return hasSent ? [gapError(this.#request, 'candles'), ...events] : events;
  }

  #remember(events: readonly FeedEvent<Candle>[]): void {
    this.#recent.add(events.flatMap(({ value }) => (value instanceof MarketDataError || !value.closed ? [] : [value])));
  }

  #onSuccess(): void {
    this.#error = null;
    this.#workedAt = this.#clock.now();
  }

  #takeStreamed(candles: readonly StreamedCandle[]): readonly FeedEvent<Candle>[] {
    this.#streamedAt = this.#clock.now();
    if (candles.length === 0) return this.#confirm();
    this.#held.add(this.#sequence.withoutHistory(candles), this.#streamedAt);
    if (this.hasGap) return [];
    const events = this.#release();
    if (!this.hasGap) this.#knownUntil = this.#streamedAt;
    return events;
  }

  /** The stream has nothing new: unless something is missing, everything up to now is known. */
  #confirm(): readonly FeedEvent<Candle>[] {
    if (this.hasGap) return [];
    this.#knownUntil = this.#streamedAt;
    return this.#sequence.unmarkStale();
  }

  #takeFetched(candles: readonly Candle[], isWhole: boolean, asOf: number): readonly FeedEvent<Candle>[] {
    const events: FeedEvent<Candle>[] = [];
    const relevant = this.#sequence.withoutHistory(candles).filter((candle) => !this.#lags(candle));
    if (this.#sequence.isEmpty) this.#rememberHistory(candles, relevant[0], asOf);
    relevant.forEach((candle, index) => {
      const isLast = index === relevant.length - 1;
      // If nothing was known, a candle that closed long ago is history: subscribers never saw it forming.
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

  /** Remembers the candles before the first one, back to the last that can still change. */
  #rememberHistory(candles: readonly Candle[], first: Candle | undefined, asOf: number): void {
    const history = candles.filter(({ timestamp }) => timestamp < (first?.timestamp ?? 0));
    const changing = history.findLastIndex((candle) => !this.#sequence.hadClosed(candle, asOf));
    this.#recent.clear();
    this.#recent.add(history.slice(changing + 1));
  }

  /** The volume of a period only grows, so an answer with less volume than the stream's last message is older. */
  #lags({ timestamp, volume }: Candle): boolean {
    const { forming } = this.#sequence;
    if (!forming || timestamp !== forming.timestamp || volume >= forming.volume) return false;
    return this.#clock.now() - this.#streamedAt < lagMs;
  }

  /** An answer that lacks the period of the stream's last message is older than that message. */
  #lagsBehindStream(candles: readonly Candle[]): boolean {
    if (!this.#held.areAheadOf(candles)) return false;
    return this.#clock.now() - (this.#gapSince ?? 0) < lateMs;
  }

  /**
   * Sends the held candles in order. All but the last have closed, and the last one too if the stream says so. Stops
   * before a candle that does not follow the previous one, because that is a gap.
   */
  #release(): readonly FeedEvent<Candle>[] {
    const events: FeedEvent<Candle>[] = [];
    const held = this.#held.oldestFirst;
    for (const [index, candle] of held.entries()) {
      if (candle.timestamp > (this.#sequence.nextStart ?? Number.POSITIVE_INFINITY)) {
        this.#gapSince = this.#clock.now();
        return events;
      }
      this.#held.remove(candle);
      this.#sequence.advance(candle, candle.isFinal === true || index < held.length - 1, events);
    }
    this.#held.onReleased();
    return events;
  }
}
