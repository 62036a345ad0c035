import type { FeedEvent } from '../../../src/feed/reconcile/feed-event.ts';
import type { SharableTopic, TopicSubscriber } from '../../../src/feed/topics/topic-subscriber.ts';
import type { MarketDataError } from '../../../src/market/errors.ts';
import { type MarketRef, toMarketKey } from '../../../src/market/market-ref.ts';

/** A topic that a test plays. Its latest value is the one that was pushed last. */
export class PlayedTopic<V> implements SharableTopic<V> {
  readonly request: MarketRef;
  readonly key: string;
  readonly subscribers = new Set<TopicSubscriber<V>>();
  hasEnded = false;
  error: MarketDataError | null = null;
  latest: readonly FeedEvent<V>[] = [];

  /** Without an exchange, the symbol is the key. */
  constructor(symbol: string, exchange?: string) {
    this.request = { exchange: exchange ?? 'kraken', symbol };
    this.key = exchange === undefined ? symbol : toMarketKey(this.request);
  }

  get isReady(): boolean {
    return this.latest.length > 0;
  }

  add(subscriber: TopicSubscriber<V>): void {
    this.subscribers.add(subscriber);
    for (const event of this.latest) subscriber.push(event);
  }

  remove(subscriber: TopicSubscriber<V>): void {
    this.subscribers.delete(subscriber);
  }

  push(value: V): void {
    this.latest = [{ key: this.key, value }];
    for (const subscriber of this.subscribers) for (const event of this.latest) subscriber.push(event);
  }

  fail(error: MarketDataError): void {
    this.hasEnded = true;
    this.error = error;
    for (const subscriber of this.subscribers) subscriber.endSource(this.subscribers, error, true);
    this.subscribers.clear();
  }
}
