import { MarketDataError } from '../../market/errors.ts';
import { distinctId, type Trade, type TradeQuery } from '../../market/model/trade.ts';
import { firstLimit } from '../kinds/trades.ts';
import type { FeedEvent } from '../reconcile/feed-event.ts';
import type { TradeReconciler } from '../reconcile/trade-reconciler.ts';
import type { TopicSubscriber } from '../topics/topic-subscriber.ts';

/** How many trades are kept. */
const maxTrades = 1000;

/** The topic whose trades are kept. */
export interface LoggedTopic {
  readonly isReady: boolean;
  readonly reconciler: TradeReconciler;
}

/**
 * The newest trades of one topic, without any missing in between. It begins once the topic is complete, with the newest
 * trades of that moment, and begins again when the topic has lost trades.
 */
export class TradeLog implements TopicSubscriber<readonly Trade[]> {
  /** In the order of their times. */
  #trades: readonly Trade[] = [];
  /** No trade after this time is missing, epoch ms; null while the topic is not complete. */
  #after: number | null = null;
  #topic: LoggedTopic | null = null;

  /** Begins to follow the topic, to which the log has been added. */
  follow(topic: LoggedTopic): void {
    this.#topic = topic;
    this.onReady();
  }

  push({ value }: FeedEvent<readonly Trade[]>): void {
    if (value instanceof MarketDataError) this.#clear();
    else if (this.#after !== null) this.#add(value);
  }

  onReady(): void {
    if (this.#after !== null || !this.#topic?.isReady || this.#topic.reconciler.hasGap) return;
    const { recent } = this.#topic.reconciler;
    this.#trades = recent;
    this.#after = recent[0]?.timestamp ?? Number.NEGATIVE_INFINITY;
  }

  onFailure(): void {}

  endSource(): void {
    this.#clear();
    this.#topic = null;
  }

  async return(): Promise<void> {
    this.endSource();
  }

  /**
   * The answer to a query, as a call to the exchange would return it; null if it may contain other trades. Live feeds
   * begin with a query for few trades: to them, trades from before the log do not matter.
   */
  read({ since, limit }: TradeQuery): readonly Trade[] | null {
    if (this.#after === null || !this.#topic) return null;
    const isFound = since === undefined ? limit <= Math.max(firstLimit, this.#trades.length) : since > this.#after;
    if (!isFound) return null;
    const trades =
      since === undefined
        ? this.#trades.slice(-limit)
        : this.#trades.filter(({ timestamp }) => timestamp >= since).slice(0, limit);
    // A trade may have another id in the exchange's answers than in its stream, which must not be taken for that one.
    const { reconciler } = this.#topic;
    const isAsFetched = (trade: Trade): boolean => distinctId(trade) === null || reconciler.hasFetchedId(trade);
    return trades.every(isAsFetched) ? trades : null;
  }

  #add(trades: readonly Trade[]): void {
    const all = [...this.#trades, ...trades].sort((a, b) => a.timestamp - b.timestamp);
    const dropped = all.at(-1 - maxTrades);
    if (dropped) this.#after = Math.max(this.#after ?? dropped.timestamp, dropped.timestamp);
    this.#trades = all.slice(-maxTrades);
  }

  #clear(): void {
    this.#trades = [];
    this.#after = null;
  }
}
