import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';
import { type Candle, isSameCandle } from '../../market/model/candle.ts';
import { toStale } from '../../market/model/staleness.ts';
import { periodAfter, periodStart } from '../../market/timeframe.ts';
import type { FeedEvent } from './feed-event.ts';
import { gapError } from './gap.ts';
import { lagMs } from './latest-reconciler.ts';
import type { Origin, Reconciled, Reconciler } from './reconciler.ts';
import type { TopicRequest } from './topic-request.ts';

/** A candle may still change, or its exchange's clock be behind ours, so long after its period or its last change, in ms. */
const graceMs = 2000;

/** An answer without the period that the stream has begun is asked for again so long, in ms: some never have it. */
const lateMs = 3000;

/** Candles that came together, oldest first. */
export interface CandleMessage {
  readonly candles: readonly Candle[];
  /** False when some are missing: before the first of them, or after the last. */
  readonly isWhole: boolean;
}

/**
 * A reconciler of candles: the forming one at each change, and each one once more when it has closed. A candle has closed
 * when a later one is there, or when the exchange, asked some time after its period and its last change, says so.
 */
export class CandleReconciler implements Reconciler<CandleMessage, Candle> {
  readonly #request: TopicRequest;
  readonly #timeframe: string;
  readonly #clock: Clock;
  #forming: Candle | null = null;
  /** When the forming one changed last, and when the stream was the one to say so, epoch ms. */
  #changedAt = 0;
  #streamedAt = Number.NEGATIVE_INFINITY;
  /** Not asked before this whether the forming one has closed, epoch ms. */
  #askAt = 0;
  /** Until when there is no other candle than those known, epoch ms; null where that is not known. */
  #knownUntil: number | null = null;
  /** The last candle that was told as closed. */
  #closed: Candle | null = null;
  /** Since when a fetch is missing, epoch ms; null while none is. */
  #behindSince: number | null = null;
  /** What the stream has brought while something before it is missing, by timestamp. */
  readonly #held = new Map<number, Candle>();
  #heldSince: number | null = null;
  /** Why neither stream nor poll works, while that is so, and when one of them worked last, epoch ms. */
  #error: MarketDataError | null = null;
  #heardAt = 0;
  /** Start of the period in which it began, epoch ms: from then on none is skipped. Null once what came since is lost. */
  #startAt: number | null;

  readonly #staleMaxMs: number;

  /** `staleMaxMs` is how old a stale candle may be and still be the first event of a new subscriber. */
  constructor(request: TopicRequest, clock: Clock, staleMaxMs: number) {
    this.#request = request;
    this.#staleMaxMs = staleMaxMs;
    this.#timeframe = request.timeframe ?? '1m';
    this.#clock = clock;
    this.#startAt = periodStart(this.#timeframe, clock.now());
  }

  get isBehind(): boolean {
    return this.#behindSince !== null;
  }

  get waitingSince(): number | null {
    return this.#heldSince;
  }

  get dueAt(): number | null {
    if (!this.#forming) return null;
    const endAt = periodAfter(this.#timeframe, this.#forming.timestamp);
    return Math.max(endAt + graceMs, this.#changedAt + graceMs, this.#askAt);
  }

  get latest(): readonly FeedEvent<Candle>[] {
    const candle = this.#forming ?? this.#closed;
    const isTooOld = this.#error !== null && this.#clock.now() - this.#heardAt > this.#staleMaxMs;
    return candle && !isTooOld ? [toEvent(candle)] : [];
  }

  get error(): MarketDataError | null {
    return this.#error;
  }

  get isServing(): boolean {
    if (this.latest.length > 0) return true;
    // A market may have no candle yet.
    return this.#error === null && this.#knownUntil !== null;
  }

  /** The last candle that was told as closed; null while none was. */
  get closed(): Candle | null {
    return this.#closed;
  }

  /** From when on a fetch must tell all candles, epoch ms; null when that may be any time. */
  get since(): number | null {
    const from = this.#last ?? this.#startAt;
    if (from === null || this.#knownUntil === null || this.#forming) return from;
    // Not the last candle of a market that has been quiet for long, but some periods before it was known to be quiet.
    return Math.max(from, periodAfter(this.#timeframe, periodStart(this.#timeframe, this.#knownUntil), -2));
  }

  /** Start of the newest candle that was told, epoch ms; null when none was. */
  get #last(): number | null {
    return this.#forming?.timestamp ?? this.#closed?.timestamp ?? null;
  }

  take({ candles, isWhole }: CandleMessage, origin: Origin, asOf: number): Reconciled<Candle> {
    // A first fetch that the stream has overtaken knows less.
    if (origin === 'fetch' && this.#last !== null && !this.isBehind) return { events: [], moved: false };
    const moved = this.#hasMoved(candles);
    const events = origin === 'stream' ? this.#takeStreamed(candles) : this.#takeFetched(candles, isWhole, asOf);
    // What the stream brings may have to wait for what fails.
    if (!this.isBehind || origin !== 'stream') this.#onSuccess();
    return { events, moved };
  }

  fail(error: MarketDataError): readonly FeedEvent<Candle>[] {
    this.#error = error;
    if (!this.#forming || this.#forming.stale) return [];
    this.#forming = toStale(this.#forming);
    return [toEvent(this.#forming)];
  }

  interrupt(): void {
    if (this.#last !== null) this.#behindSince = this.#clock.now();
  }

  giveUp(): readonly FeedEvent<Candle>[] {
    const isGap = this.#last !== null;
    this.#behindSince = null;
    // How the forming candle ended will not be known.
    this.#forming = null;
    this.#closed = null;
    this.#startAt = null;
    this.#knownUntil = null;
    this.#onSuccess();
    const events = this.#release();
    return isGap ? [gapError(this.#request, 'candles'), ...events] : events;
  }

  #onSuccess(): void {
    this.#error = null;
    this.#heardAt = this.#clock.now();
  }

  /** True when there was a trade since what is known. */
  #hasMoved(candles: readonly Candle[]): boolean {
    const last = this.#forming ?? this.#closed;
    if (!last) return false;
    return candles.some(({ timestamp, volume }) =>
      timestamp === last.timestamp ? volume > last.volume : timestamp > last.timestamp && volume > 0,
    );
  }

  #takeStreamed(candles: readonly Candle[]): readonly FeedEvent<Candle>[] {
    this.#streamedAt = this.#clock.now();
    for (const candle of this.#newsOf(candles)) this.#held.set(candle.timestamp, candle);
    this.#heldSince ??= this.#clock.now();
    if (this.isBehind) return [];
    const events = this.#release();
    if (!this.isBehind) this.#knownUntil = this.#streamedAt;
    return events;
  }

  #takeFetched(candles: readonly Candle[], isWhole: boolean, asOf: number): readonly FeedEvent<Candle>[] {
    const events: FeedEvent<Candle>[] = [];
    const news = this.#newsOf(candles).filter((candle) => !this.#isLagging(candle));
    news.forEach((candle, index) => {
      const isLast = index === news.length - 1;
      // What had closed before anything was known never formed before anybody's eyes.
      const hasClosed = this.#last === null && candle.closed && asOf >= this.#endOf(candle) + lagMs;
      this.#advance(candle, !isLast || hasClosed, events);
    });
    for (const candle of candles) this.#dropOlder(candle);
    if (!isWhole) this.#behindSince ??= asOf;
    if (!isWhole || asOf < (this.#behindSince ?? asOf) || this.#isBehindStream(candles)) return events;
    this.#behindSince = null;
    this.#knownUntil = asOf;
    this.#closeElapsed(candles, asOf, events);
    return [...events, ...this.#release()];
  }

  /** Before anything is known, what closed before it began is history, of which only the newest counts. */
  #newsOf(candles: readonly Candle[]): readonly Candle[] {
    const since = this.#startAt;
    if (this.#last !== null) return candles;
    const recent = since === null ? [] : candles.filter(({ timestamp }) => timestamp >= since);
    return recent.length > 0 ? recent : candles.slice(-1);
  }

  /** A period's volume only grows: an answer with less than the stream has told a moment ago is from before that. */
  #isLagging({ timestamp, volume }: Candle): boolean {
    const forming = this.#forming;
    if (!forming || timestamp !== forming.timestamp || volume >= forming.volume) return false;
    return this.#clock.now() - this.#streamedAt < lagMs;
  }

  /** An answer without the period that the stream has told a moment ago is from before that. */
  #isBehindStream(candles: readonly Candle[]): boolean {
    const first = Math.min(...this.#held.keys());
    if (this.#held.size === 0 || candles.some(({ timestamp }) => timestamp >= first)) return false;
    return this.#clock.now() - (this.#behindSince ?? 0) < lateMs;
  }

  #release(): readonly FeedEvent<Candle>[] {
    const events: FeedEvent<Candle>[] = [];
    const held = [...this.#held.values()].sort((a, b) => a.timestamp - b.timestamp);
    for (const [index, candle] of held.entries()) {
      const next = this.#last === null ? this.#startAt : periodAfter(this.#timeframe, this.#last);
      if (next !== null && candle.timestamp > next) {
        // Periods in between may have candles that were never seen.
        this.#behindSince = this.#clock.now();
        return events;
      }
      this.#held.delete(candle.timestamp);
      this.#advance(candle, index < held.length - 1, events);
    }
    this.#heldSince = null;
    return events;
  }

  #dropOlder({ timestamp, volume }: Candle): void {
    const held = this.#held.get(timestamp);
    if (held && held.volume <= volume) this.#held.delete(timestamp);
  }

  /** Goes on to this candle, which follows what is known or is the forming one again. */
  #advance(candle: Candle, hasClosed: boolean, events: FeedEvent<Candle>[]): void {
    const forming = this.#forming;
    const from = forming?.timestamp ?? (this.#closed?.timestamp ?? Number.NEGATIVE_INFINITY) + 1;
    if (candle.timestamp < from) return;
    if (forming && candle.timestamp > forming.timestamp) this.#close(forming, events);
    if (hasClosed) {
      this.#close(candle, events);
      return;
    }
    const next = Object.freeze({ ...candle, closed: false, stale: false });
    if (this.#forming && isSameCandle(this.#forming, next)) return;
    this.#forming = next;
    this.#changedAt = this.#clock.now();
    events.push(toEvent(next));
  }

  /** Closes the forming candle whose period, and some time, has passed without a later one. */
  #closeElapsed(candles: readonly Candle[], asOf: number, events: FeedEvent<Candle>[]): void {
    const { dueAt } = this;
    const forming = this.#forming;
    if (!forming || dueAt === null || asOf < dueAt) return;
    const fetched = candles.find(({ timestamp }) => timestamp === forming.timestamp);
    // Some periods are longer than they are called.
    if (fetched?.closed === false) this.#askAt = asOf + lagMs;
    else this.#close(forming, events);
  }

  #close(candle: Candle, events: FeedEvent<Candle>[]): void {
    this.#closed = Object.freeze({ ...candle, closed: true, stale: false });
    this.#forming = null;
    events.push(toEvent(this.#closed));
  }

  #endOf({ timestamp }: Candle): number {
    return periodAfter(this.#timeframe, timestamp);
  }
}

function toEvent(candle: Candle): FeedEvent<Candle> {
  return { key: String(candle.timestamp), value: candle };
}
