import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';
import { distinctId, type Trade } from '../../market/model/trade.ts';
import type { FeedEvent } from './feed-event.ts';
import { gapError } from './gap.ts';
import { KnownTrades, overlap } from './known-trades.ts';
import type { Origin, Reconciled, Reconciler } from './reconciler.ts';
import type { TopicRequest } from './topic-request.ts';
import { TradeAnchor } from './trade-anchor.ts';

/** Trades that came together, oldest first. */
export interface TradeMessage {
  readonly trades: readonly Trade[];
  /** True when some may have come the same way before. */
  readonly mayRepeat: boolean;
}

/** What is known of a market's live trades, for a subscriber to whom their history is sent first. */
export interface LiveTrades {
  /** The newest that is known; null while none is. */
  readonly newest: Trade | null;
  /** True where the id of a trade, as it was told, is the one that calls give it. */
  hasFetchedId(trade: Trade): boolean;
}

/** How many trades of the stream may wait for a fetch that closes the gap before them. */
const maxHeld = 10_000;

const second = 1000;

/**
 * A reconciler of trades: each once, in order. What was executed before it began is not told. After an interruption the
 * stream's trades wait until a fetch has reached them; what no fetch brings ends those who would miss it.
 */
export class TradeReconciler implements Reconciler<TradeMessage, readonly Trade[]>, LiveTrades {
  readonly dueAt = null;
  readonly latest = [];
  readonly #request: TopicRequest;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #known = new KnownTrades();
  readonly #anchor = new TradeAnchor();
  /** Of the trades that were told, those that came by the stream. */
  readonly #streamed = new WeakSet<Trade>();
  /** What the stream has brought while something before it is missing. */
  #held: TradeMessage[] = [];
  /** How many of those came before the last interruption: more may be missing after them. */
  #heldBefore = 0;
  #heldSince: number | null = null;
  #newest: Trade | null = null;
  /** Since when a fetch is missing, epoch ms; null while none is. */
  #behindSince: number | null;
  /** The time of the newest trade that was there when it began, epoch ms; null until that is known. */
  #baseAt: number | null = null;
  /** A fetched trade that is older was given up, and would be told out of order, epoch ms. */
  #givenUpBefore = Number.NEGATIVE_INFINITY;
  /** True when fetches give times in whole seconds, whatever the stream gives. */
  #isCoarse = false;
  #told = 0;
  #error: MarketDataError | null = null;

  constructor(request: TopicRequest, clock: Clock) {
    this.#request = request;
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#behindSince = this.#startedAt;
  }

  get isBehind(): boolean {
    return this.#behindSince !== null;
  }

  get waitingSince(): number | null {
    return this.#heldSince;
  }

  get newest(): Trade | null {
    return this.#newest;
  }

  hasFetchedId(trade: Trade): boolean {
    return distinctId(trade) !== null && (this.#known.idsAgree || !this.#streamed.has(trade));
  }

  /** Just before a known trade, which a fetch must bring again, epoch ms; null when none is known. */
  get since(): number | null {
    const { at } = this.#anchor;
    const before = at === null ? null : at - 1;
    return before === null ? null : this.#toFetched(before);
  }

  get #newestAt(): number | null {
    return this.#newest?.timestamp ?? null;
  }

  get error(): MarketDataError | null {
    return this.#error;
  }

  get isServing(): boolean {
    return this.#error === null && this.#baseAt !== null;
  }

  take(message: TradeMessage, origin: Origin, asOf: number): Reconciled<readonly Trade[]> {
    const events = origin === 'stream' ? this.#takeStreamed(message) : this.#takeFetched(message, asOf);
    // What the stream brings may have to wait for what fails.
    if (!this.isBehind || origin !== 'stream') this.#error = null;
    return { events, moved: events.length > 0 };
  }

  fail(error: MarketDataError): readonly FeedEvent<readonly Trade[]>[] {
    this.#error = error;
    return [];
  }

  interrupt(): void {
    this.#behindSince = this.#clock.now();
    this.#heldBefore = this.#held.length;
  }

  giveUp(): readonly FeedEvent<readonly Trade[]>[] {
    const since = this.#newestAt;
    // What is no newer than the newest known was fetched already, if fetches and stream have nothing in common.
    const held = this.#held.map(({ trades, mayRepeat }) => ({
      trades: trades.filter(({ timestamp }) => since === null || timestamp > since),
      mayRepeat,
    }));
    const isGap = this.#newest !== null;
    this.#baseAt ??= this.#startedAt;
    this.#newest = null;
    this.#anchor.clear();
    this.#error = null;
    const told = this.#release(held);
    this.#givenUpBefore = told[0]?.timestamp ?? this.#givenUpBefore;
    const events = this.#toEvents(told);
    return isGap ? [gapError(this.#request, 'trades'), ...events] : events;
  }

  #takeStreamed(message: TradeMessage): readonly FeedEvent<readonly Trade[]>[] {
    // What was no trade is left out before it comes here: nothing waits then.
    if (message.trades.length === 0) return [];
    this.#held.push(message);
    this.#heldSince ??= this.#clock.now();
    const count = this.#held.reduce((sum, { trades }) => sum + trades.length, 0);
    if (!this.isBehind) return this.#toEvents(this.#release(this.#held));
    return count < maxHeld ? [] : this.giveUp();
  }

  #takeFetched(message: TradeMessage, asOf: number): readonly FeedEvent<readonly Trade[]>[] {
    const { trades } = message;
    const recent = this.#held.slice(this.#heldBefore).flatMap(({ trades: some }) => some);
    const isLate = asOf >= (this.#behindSince ?? asOf);
    if (trades.length > 0) this.#isCoarse = trades.every(({ timestamp }) => timestamp % second === 0);
    const isGap = trades.length > 0 && !this.#follows(trades);
    if (isGap && this.#anchor.widen()) {
      this.#behindSince ??= this.#clock.now();
      return [];
    }
    this.#anchor.narrow();
    const news = this.#known.take(trades, 'fetch', message.mayRepeat);
    let told = this.#mark(news).filter(({ timestamp }) => timestamp >= this.#toFetched(this.#givenUpBefore));
    // What came since the last interruption is reached by itself, and what came before not by an answer that lags.
    const isPassed = this.#held.every((held) => held.trades.every((trade) => trade.timestamp <= (this.#newestAt ?? 0)));
    const reaches = recent.length > 0 ? overlap(recent, trades) : isLate && isPassed;
    this.#baseAt ??= this.#newestAt ?? Number.NEGATIVE_INFINITY;
    // Nothing new where the stream has something means that the exchange's answers lag behind it: the next one tells.
    if (reaches) told = [...told, ...this.#release(this.#held)].sort((a, b) => a.timestamp - b.timestamp);
    const events = this.#toEvents(told);
    return isGap ? [gapError(this.#request, 'trades'), ...events] : events;
  }

  /**
   * True of fetched trades between which and what is known none can be missing. Fetched from the newest known one on they
   * bring that one again. Fetched from earlier on they bring known ones alone up to then, and those that come after it.
   */
  #follows(trades: readonly Trade[]): boolean {
    const newestAt = this.#newestAt;
    if (newestAt === null) return true;
    const isKnown = (trade: Trade): boolean => this.#known.knows(trade);
    if (!this.#anchor.isWide) return trades.some(isKnown);
    const earlier = trades.filter(({ timestamp }) => timestamp <= newestAt);
    return earlier.length > 0 && earlier.length < trades.length && earlier.every(isKnown);
  }

  /** The time that a fetched trade of this instant has, epoch ms. */
  #toFetched(instant: number): number {
    return this.#isCoarse ? Math.floor(instant / second) * second : instant;
  }

  /** Nothing is missing any more: gives what is news of that which was held. */
  #release(held: readonly TradeMessage[]): readonly Trade[] {
    this.#behindSince = null;
    this.#held = [];
    this.#heldBefore = 0;
    this.#heldSince = null;
    const news = held.flatMap(({ trades, mayRepeat }) => this.#known.take(trades, 'stream', mayRepeat));
    for (const trade of news) this.#streamed.add(trade);
    return this.#mark(news).toSorted((a, b) => a.timestamp - b.timestamp);
  }

  /** Notes which is the newest, and leaves out what was executed before it began. */
  #mark(news: readonly Trade[]): readonly Trade[] {
    for (const trade of news) {
      if (!this.#newest || trade.timestamp >= this.#newest.timestamp) this.#newest = trade;
    }
    this.#anchor.add(news);
    const from = Math.min(this.#startedAt, this.#baseAt ?? Number.POSITIVE_INFINITY);
    return news.filter(({ timestamp }) => timestamp >= from);
  }

  #toEvents(trades: readonly Trade[]): readonly FeedEvent<readonly Trade[]>[] {
    if (trades.length === 0) return [];
    this.#told += 1;
    return [{ key: String(this.#told), value: Object.freeze(trades) }];
  }
}
