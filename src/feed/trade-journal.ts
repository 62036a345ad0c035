import type { Clock } from '../market/clock.ts';
import type { MarketDataError } from '../market/error.ts';
import { type Trade, tradeKey } from '../market/trade.ts';
import type { FeedEvent } from './event.ts';
import type { Entry, Journal, Origin } from './journal.ts';

/** Trades that came together, oldest first. */
export type TradeMessage = readonly Trade[];

/** How many trades are remembered, to know them again. */
const mostRemembered = 10_000;

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
  /** Keys of the trades that were told or came before, oldest first. */
  readonly #seen = new Set<string>();
  readonly #held = new Map<string, Trade>();
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
    this.#behindSince = this.#clock.now();
  }

  giveUp(): readonly FeedEvent<readonly Trade[]>[] {
    this.#behindSince = null;
    const told = this.#release();
    this.#baseAt ??= this.since ?? Number.NEGATIVE_INFINITY;
    this.#newest = null;
    return this.#toEvents(told);
  }

  #takeStreamed(trades: TradeMessage): readonly Trade[] {
    for (const trade of trades) this.#held.set(tradeKey(trade), trade);
    if (this.isBehind && this.#held.size < mostHeld) return [];
    this.#behindSince = null;
    return this.#release();
  }

  #takeFetched(trades: TradeMessage, asOf: number): readonly Trade[] {
    const isLate = asOf >= (this.#behindSince ?? asOf);
    const reaches = this.#held.size === 0 ? isLate : trades.some((trade) => this.#held.has(tradeKey(trade)));
    const told = this.#tell(trades);
    this.#baseAt ??= this.since ?? Number.NEGATIVE_INFINITY;
    // Nothing new where the stream has something means that the exchange's answers lag behind it: the next one tells.
    if (!reaches) return told;
    this.#behindSince = null;
    return [...told, ...this.#release()];
  }

  #release(): readonly Trade[] {
    const held = [...this.#held.values()].sort((a, b) => a.timestamp - b.timestamp);
    this.#held.clear();
    return this.#tell(held);
  }

  /** Notes the trades and gives those that are news. */
  #tell(trades: TradeMessage): readonly Trade[] {
    const news: Trade[] = [];
    for (const trade of trades) {
      const key = tradeKey(trade);
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      if (!this.#newest || trade.timestamp >= this.#newest.timestamp) this.#newest = trade;
      if (trade.timestamp >= Math.min(this.#startedAt, this.#baseAt ?? Number.POSITIVE_INFINITY)) news.push(trade);
    }
    for (const key of this.#seen) {
      if (this.#seen.size <= mostRemembered) break;
      this.#seen.delete(key);
    }
    return news;
  }

  #toEvents(trades: readonly Trade[]): readonly FeedEvent<readonly Trade[]>[] {
    if (trades.length === 0) return [];
    this.#told += 1;
    return [{ key: String(this.#told), value: Object.freeze(trades) }];
  }
}
