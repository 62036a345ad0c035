import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';
import { distinctId, type Trade } from '../../market/model/trade.ts';
import type { FeedEvent } from './feed-event.ts';
import { gapError } from './gap-error.ts';
import { HeldTrades, type TradeMessage } from './held-trades.ts';
import { KnownTrades, overlap } from './known-trades.ts';
import { RecentTrades } from './recent-trades.ts';
import type { MessageSource, ReconcileResult, Reconciler } from './reconciler.ts';
import type { TopicRequest } from './topic-request.ts';
import { TradeAnchor } from './trade-anchor.ts';

/** What is known about a market's live trades, for a subscriber that receives their history first. */
export interface LiveTrades {
  /** The newest known trade; null if there is none. */
  readonly newest: Trade | null;
  /** True if the id with which subscribers receive the trade is also its id in answers to calls. */
  hasFetchedId(trade: Trade): boolean;
}

const second = 1000;

/** How many of the newest known trades are kept: as many as the first call asks for. */
const maxRecent = 100;

/**
 * The reconciler of trades. Subscribers receive each trade once and in order, beginning with those executed after they
 * subscribed.
 *
 * After an interruption (`hasGap`), trades from the stream are held until an answer to a call overlaps them. Trades are
 * compared by id if stream and calls use the same ids, otherwise by content. Without this class, the trades of the
 * interruption would be lost, or trades in the overlap would be sent twice. If no answer reaches the held trades,
 * `giveUp` ends the subscribers that would miss something, and continues with the trades from the stream.
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
  /** The sent trades that the stream has brought. */
  readonly #streamed = new WeakSet<Trade>();
  #newest: Trade | null = null;
  #recent = new RecentTrades();
  /** Since when something is missing, epoch ms; null while nothing is missing. */
  #gapSince: number | null;
  /** The time of the newest trade at the start, epoch ms; null until it is known. */
  #baseAt: number | null = null;
  /** Fetched trades before this time were given up; sent now, they would be out of order. Epoch ms. */
  #givenUpBefore = Number.NEGATIVE_INFINITY;
  /** True if calls return times in whole seconds. The times of the stream can be finer. */
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

  get recent(): RecentTrades {
    return this.#recent;
  }

  /** True if the stream may have another id for the trade, which a call has brought. */
  hasOnlyFetchedId(trade: Trade): boolean {
    return distinctId(trade) !== null && !this.#known.idsAgree && !this.#streamed.has(trade);
  }

  hasFetchedId(trade: Trade): boolean {
    return distinctId(trade) !== null && (this.#known.idsAgree || !this.#streamed.has(trade));
  }

  /** A time just before the known trade that a call must repeat, epoch ms; null if none is known. */
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
    // While there is a gap, a message of the stream waits for calls, so it does not end a failure.
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
    // If calls and stream have no trade in common, held trades up to the newest known one were fetched already.
    if (newest) this.#held.dropUntil(newest.timestamp);
    this.#baseAt ??= this.#startedAt;
    this.#newest = null;
    this.#recent = this.#recent.lose();
    this.#anchor.clear();
    this.#error = null;
    const released = this.#release();
    this.#givenUpBefore = released[0]?.timestamp ?? this.#givenUpBefore;
    const events = this.#toEvents(released);
    return newest ? [gapError(this.#request, 'trades'), ...events] : events;
  }

  #takeStreamed(message: TradeMessage): readonly FeedEvent<readonly Trade[]>[] {
    // Entries that are not trades were removed before, so a message can be empty. Then nothing waits.
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
    if (isGap) this.#recent = this.#recent.lose();
    const unknown = this.#known.take(trades, 'fetch', message.mayRepeat);
    let sent = this.#add(unknown).filter(({ timestamp }) => timestamp >= this.#toFetched(this.#givenUpBefore));
    // The answer must overlap the trades since the last interruption. If there are none, it must not be older than the
    // gap.
    const reaches =
      recent.length > 0 ? overlap(recent, trades) : isAfterGap && this.#held.endsBy(this.#newest?.timestamp ?? 0);
    this.#baseAt ??= this.#newest?.timestamp ?? Number.NEGATIVE_INFINITY;
    // An answer that does not reach the held trades lags behind the stream. A later answer will reach them.
    if (reaches) sent = [...sent, ...this.#release()].sort((a, b) => a.timestamp - b.timestamp);
    const events = this.#toEvents(sent);
    return isGap ? [gapError(this.#request, 'trades'), ...events] : events;
  }

  /**
   * True if no trade can be missing between the known trades and the fetched ones. Trades fetched from the newest known
   * trade on must contain a known trade. For trades fetched from earlier on, all those up to the newest known trade
   * must be known, and at least one must be later.
   */
  #follows(trades: readonly Trade[]): boolean {
    const newest = this.#newest;
    if (!newest) return true;
    const isKnown = (trade: Trade): boolean => this.#known.knows(trade);
    if (!this.#anchor.isWide) return trades.some(isKnown);
    const earlier = trades.filter(({ timestamp }) => timestamp <= newest.timestamp);
    return earlier.length > 0 && earlier.length < trades.length && earlier.every(isKnown);
  }

  /** The time that a call returns for a trade of this instant, epoch ms. */
  #toFetched(instant: number): number {
    return this.#isCoarse ? Math.floor(instant / second) * second : instant;
  }

  /** Called when nothing is missing any longer. Returns the held trades that are not known yet. */
  #release(): readonly Trade[] {
    this.#gapSince = null;
    const unknown = this.#held
      .takeAll()
      .flatMap(({ trades, mayRepeat }) => this.#known.take(trades, 'stream', mayRepeat));
    for (const trade of unknown) this.#streamed.add(trade);
    return this.#add(unknown).toSorted((a, b) => a.timestamp - b.timestamp);
  }

  /** Remembers the newest trade, and leaves out trades from before the start. */
  #add(trades: readonly Trade[]): readonly Trade[] {
    for (const trade of trades) {
      if (!this.#newest || trade.timestamp >= this.#newest.timestamp) this.#newest = trade;
    }
    this.#recent = this.#recent.add(trades, maxRecent);
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
