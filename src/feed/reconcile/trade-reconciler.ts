import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';
import { distinctId, type Trade } from '../../market/model/trade.ts';
import type { FeedEvent } from './feed-event.ts';
import { gapError } from './gap-error.ts';
import { HeldTrades, type TradeMessage } from './held-trades.ts';
import { KnownTrades, overlap } from './known-trades.ts';
import type { MessageSource, ReconcileResult, Reconciler } from './reconciler.ts';
import type { TopicRequest } from './topic-request.ts';
import { TradeAnchor } from './trade-anchor.ts';

/** What is known of a market's live trades, for a subscriber to whom their history is sent first. */
export interface LiveTrades {
  /** The newest that is known; null where there is none. */
  readonly newest: Trade | null;
  /** True where the id of a trade, as subscribers receive it, is the one that calls give it. */
  hasFetchedId(trade: Trade): boolean;
}

const second = 1000;

/**
 * The reconciler of trades: subscribers receive each trade once, in order, beginning with those executed since they came.
 *
 * After an interruption the stream's trades are held until an answer has reached them (`hasGap`), which needs trades that
 * both know: by id where stream and calls share ids, else by content. Without that, the trades of the interruption would be
 * lost, or sent twice where the answer overlaps the stream. Where no answer reaches them, `giveUp` ends the subscribers
 * that would miss something, and continues from what the stream has sent.
 */
export class TradeReconciler implements Reconciler<TradeMessage, readonly Trade[]>, LiveTrades {
  readonly dueAt = null;
  readonly latest = [];
  readonly #request: TopicRequest;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #known = new KnownTrades();
  readonly #anchor = new TradeAnchor();
  readonly #held = new HeldTrades();
  /** Of the trades that were sent, those that came by the stream. */
  readonly #streamed = new WeakSet<Trade>();
  #newest: Trade | null = null;
  /** Since when something is missing, epoch ms; null while nothing is. */
  #gapSince: number | null;
  /** The time of the newest trade that was there when it began, epoch ms; null until that is known. */
  #baseAt: number | null = null;
  /** A fetched trade that is older was given up, and would be sent out of order, epoch ms. */
  #givenUpBefore = Number.NEGATIVE_INFINITY;
  /** True when calls give times in whole seconds, whatever the stream gives. */
  #isCoarse = false;
  #eventCount = 0;
  #error: MarketDataError | null = null;

  constructor(request: TopicRequest, clock: Clock) {
    this.#request = request;
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#gapSince = this.#startedAt;
  }

  get hasGap(): boolean {
    return this.#gapSince !== null;
  }

  get waitingSince(): number | null {
    return this.#held.since;
  }

  get newest(): Trade | null {
    return this.#newest;
  }

  hasFetchedId(trade: Trade): boolean {
    return distinctId(trade) !== null && (this.#known.idsAgree || !this.#streamed.has(trade));
  }

  /** Just before a known trade, which a call must bring again, epoch ms; null where none is known. */
  get since(): number | null {
    const { at } = this.#anchor;
    return at === null ? null : this.#toFetched(at - 1);
  }

  get error(): MarketDataError | null {
    return this.#error;
  }

  get isReady(): boolean {
    return this.#error === null && this.#baseAt !== null;
  }

  take(message: TradeMessage, source: MessageSource, asOf: number): ReconcileResult<readonly Trade[]> {
    const events = source === 'stream' ? this.#takeStreamed(message) : this.#takeFetched(message, asOf);
    // What the stream sends may have to wait for calls that fail.
    if (!this.hasGap || source !== 'stream') this.#error = null;
    return { events, marketMoved: events.length > 0 };
  }

  fail(error: MarketDataError): readonly FeedEvent<readonly Trade[]>[] {
    this.#error = error;
    return [];
  }

  interrupt(): void {
    this.#gapSince = this.#clock.now();
    this.#held.interrupt();
  }

  giveUp(): readonly FeedEvent<readonly Trade[]>[] {
    const newest = this.#newest;
    // Where calls and stream have nothing in common, what is no newer than the newest trade was fetched already.
    if (newest) this.#held.dropUntil(newest.timestamp);
    this.#baseAt ??= this.#startedAt;
    this.#newest = null;
    this.#anchor.clear();
    this.#error = null;
    const released = this.#release();
    this.#givenUpBefore = released[0]?.timestamp ?? this.#givenUpBefore;
    const events = this.#toEvents(released);
    return newest ? [gapError(this.#request, 'trades'), ...events] : events;
  }

  #takeStreamed(message: TradeMessage): readonly FeedEvent<readonly Trade[]>[] {
    // Entries that are not trades were left out before the message came here: nothing waits then.
    if (message.trades.length === 0) return [];
    this.#held.add(message, this.#clock.now());
    if (!this.hasGap) return this.#toEvents(this.#release());
    return this.#held.isFull ? this.giveUp() : [];
  }

  #takeFetched(message: TradeMessage, asOf: number): readonly FeedEvent<readonly Trade[]>[] {
    const { trades } = message;
    const { recent } = this.#held;
    const isAfterGap = asOf >= (this.#gapSince ?? asOf);
    if (trades.length > 0) this.#isCoarse = trades.every(({ timestamp }) => timestamp % second === 0);
    const isGap = trades.length > 0 && !this.#follows(trades);
    if (isGap && this.#anchor.widen()) {
      this.#gapSince ??= this.#clock.now();
      return [];
    }
    this.#anchor.narrow();
    const unknown = this.#known.take(trades, 'fetch', message.mayRepeat);
    let sent = this.#add(unknown).filter(({ timestamp }) => timestamp >= this.#toFetched(this.#givenUpBefore));
    // What came since the last interruption must be reached itself, and what came before it not by an answer that lags.
    const reaches =
      recent.length > 0 ? overlap(recent, trades) : isAfterGap && this.#held.endsBy(this.#newest?.timestamp ?? 0);
    this.#baseAt ??= this.#newest?.timestamp ?? Number.NEGATIVE_INFINITY;
    // An answer that does not reach what the stream has sent lags behind it: the next one will.
    if (reaches) sent = [...sent, ...this.#release()].sort((a, b) => a.timestamp - b.timestamp);
    const events = this.#toEvents(sent);
    return isGap ? [gapError(this.#request, 'trades'), ...events] : events;
  }

  /**
   * True of fetched trades when none can be missing between them and those that are known. Fetched from the newest known
   * one on, they bring that one again. Fetched from earlier on, those up to then are all known, and some come after it.
   */
  #follows(trades: readonly Trade[]): boolean {
    const newest = this.#newest;
    if (!newest) return true;
    const isKnown = (trade: Trade): boolean => this.#known.knows(trade);
    if (!this.#anchor.isWide) return trades.some(isKnown);
    const earlier = trades.filter(({ timestamp }) => timestamp <= newest.timestamp);
    return earlier.length > 0 && earlier.length < trades.length && earlier.every(isKnown);
  }

  /** The time that a fetched trade of this instant has, epoch ms. */
  #toFetched(instant: number): number {
    return this.#isCoarse ? Math.floor(instant / second) * second : instant;
  }

  /** Nothing is missing any longer: returns the trades that were held and are not known yet. */
  #release(): readonly Trade[] {
    this.#gapSince = null;
    const unknown = this.#held
      .takeAll()
      .flatMap(({ trades, mayRepeat }) => this.#known.take(trades, 'stream', mayRepeat));
    for (const trade of unknown) this.#streamed.add(trade);
    return this.#add(unknown).toSorted((a, b) => a.timestamp - b.timestamp);
  }

  /** Remembers which is the newest, and leaves out trades that were executed before it began. */
  #add(trades: readonly Trade[]): readonly Trade[] {
    for (const trade of trades) {
      if (!this.#newest || trade.timestamp >= this.#newest.timestamp) this.#newest = trade;
    }
    this.#anchor.add(trades);
    const from = Math.min(this.#startedAt, this.#baseAt ?? Number.POSITIVE_INFINITY);
    return trades.filter(({ timestamp }) => timestamp >= from);
  }

  #toEvents(trades: readonly Trade[]): readonly FeedEvent<readonly Trade[]>[] {
    if (trades.length === 0) return [];
    this.#eventCount += 1;
    return [{ key: String(this.#eventCount), value: Object.freeze(trades) }];
  }
}
