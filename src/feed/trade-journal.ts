import type { Clock } from '../market/clock.ts';
import type { MarketDataError } from '../market/error.ts';
import type { Trade } from '../market/trade.ts';
import type { FeedEvent } from './event.ts';
import type { Entry, Journal, Origin } from './journal.ts';
import { KnownTrades, overlap, type Way } from './known-trades.ts';

/** Trades that came together, oldest first. */
export type TradeMessage = readonly Trade[];

/** How many trades of the stream may wait for a fetch that closes the hole before them. */
const mostHeld = 10_000;

/**
 * A journal of trades: each once, in order. What was executed before it began is not told. After an interruption the
 * stream's trades wait until a fetch has reached them.
 */
export class TradeJournal implements Journal<TradeMessage, readonly Trade[]> {
  readonly dueAt = null;
  readonly latest = [];
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #known = new KnownTrades();
  /** What the stream has brought while something before it is missing, in order of arrival. */
  #held: Trade[] = [];
  #newest: Trade | null = null;
  /** Since when a fetch is missing, epoch ms; null while none is. */
  #behindSince: number | null;
  /** The time of the newest trade that was there when it began, epoch ms; null until that is known. */
  #baseAt: number | null = null;
  #told = 0;
  #error: MarketDataError | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#behindSince = this.#startedAt;
  }

  get isBehind(): boolean {
    return this.#behindSince !== null;
  }

  /** The time of the newest known trade, epoch ms; null when none is known. */
  get since(): number | null {
    return this.#newest?.timestamp ?? null;
  }

  take(trades: TradeMessage, origin: Origin, asOf: number): Entry<readonly Trade[]> {
    this.#error = null;
    const told = origin === 'stream' ? this.#takeStreamed(trades) : this.#takeFetched(trades, asOf);
    return { events: this.#toEvents(told), moved: told.length > 0 };
  }

  fail(error: MarketDataError): readonly FeedEvent<readonly Trade[]>[] {
    const told = this.#error;
    this.#error = error;
    return told?.code === error.code ? [] : [{ key: 'error', value: error }];
  }

  interrupt(): void {
    this.#known.interrupt();
    this.#behindSince = this.#clock.now();
  }

  giveUp(): readonly FeedEvent<readonly Trade[]>[] {
    this.#behindSince = null;
    // What is no newer than the newest known was fetched already, if fetches and stream have nothing in common.
    const { since } = this;
    const told = this.#release(this.#held.filter(({ timestamp }) => since === null || timestamp > since));
    this.#baseAt ??= this.since ?? Number.NEGATIVE_INFINITY;
    this.#newest = null;
    return this.#toEvents(told);
  }

  #takeStreamed(trades: TradeMessage): readonly Trade[] {
    this.#held.push(...trades);
    if (this.isBehind && this.#held.length < mostHeld) return [];
    this.#behindSince = null;
    return this.#release(this.#held);
  }

  #takeFetched(trades: TradeMessage, asOf: number): readonly Trade[] {
    const isLate = asOf >= (this.#behindSince ?? asOf);
    const reaches = this.#held.length === 0 ? isLate : overlap(this.#held, trades);
    const told = this.#tell(trades, 'fetch');
    this.#baseAt ??= this.since ?? Number.NEGATIVE_INFINITY;
    // Nothing new where the stream has something means that the exchange's answers lag behind it: the next one tells.
    if (!reaches) return told;
    this.#behindSince = null;
    return [...told, ...this.#release(this.#held)];
  }

  #release(held: readonly Trade[]): readonly Trade[] {
    this.#held = [];
    return this.#tell(
      [...held].sort((a, b) => a.timestamp - b.timestamp),
      'stream',
    );
  }

  /** Notes the trades and gives those that are news. */
  #tell(trades: TradeMessage, way: Way): readonly Trade[] {
    const news = this.#known.take(trades, way);
    for (const trade of news) {
      if (!this.#newest || trade.timestamp >= this.#newest.timestamp) this.#newest = trade;
    }
    const from = Math.min(this.#startedAt, this.#baseAt ?? Number.POSITIVE_INFINITY);
    return news.filter(({ timestamp }) => timestamp >= from);
  }

  #toEvents(trades: readonly Trade[]): readonly FeedEvent<readonly Trade[]>[] {
    if (trades.length === 0) return [];
    this.#told += 1;
    return [{ key: String(this.#told), value: Object.freeze(trades) }];
  }
}
