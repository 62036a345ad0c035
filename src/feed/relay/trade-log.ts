import { MarketDataError } from '../../market/errors.ts';
import { distinctId, type Trade, type TradeQuery } from '../../market/model/trade.ts';
import type { FeedEvent } from '../reconcile/feed-event.ts';
import type { RecentTrades } from '../reconcile/recent-trades.ts';
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
  /** Null while the topic is not complete. */
  #trades: RecentTrades | null = null;
  #topic: LoggedTopic | null = null;

  /** Begins to follow the topic, to which the log has been added. */
  follow(topic: LoggedTopic): void {
    this.#topic = topic;
    this.onReady();
  }

  push({ value }: FeedEvent<readonly Trade[]>): void {
    this.#trades = value instanceof MarketDataError ? null : (this.#trades?.add(value, maxTrades) ?? null);
  }

  onReady(): void {
    if (this.#trades || !this.#topic?.isReady || this.#topic.reconciler.hasGap) return;
    this.#trades = this.#topic.reconciler.recent;
  }

  onFailure(): void {}

  endSource(): void {
    this.#trades = null;
    this.#topic = null;
  }

  async return(): Promise<void> {
    this.endSource();
  }

  /** The answer to a query, as a call to the exchange would return it; null if it may contain other trades. */
  read(query: TradeQuery): readonly Trade[] | null {
    const trades = this.#trades?.read(query) ?? null;
    const reconciler = this.#topic?.reconciler;
    if (!trades || !reconciler) return null;
    // A trade may have another id in the exchange's answers than in its stream, which must not be taken for that one.
    return trades.every((trade) => distinctId(trade) === null || reconciler.hasFetchedId(trade)) ? trades : null;
  }
}
