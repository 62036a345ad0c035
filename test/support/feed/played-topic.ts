import type { FeedEvent } from '../../../src/feed/reconcile/feed-event.ts';
import type { SharableTopic, TopicSubscriber } from '../../../src/feed/topics/topic-subscriber.ts';
import type { MarketDataError } from '../../../src/market/errors.ts';

/** A topic that a test plays. Its latest value is the one that was pushed last. */
export class PlayedTopic<V> implements SharableTopic<V> {
  readonly request: { readonly symbol: string };
  readonly subscribers = new Set<TopicSubscriber<V>>();
  hasEnded = false;
  latest: readonly FeedEvent<V>[] = [];

  constructor(symbol: string) {
    this.request = { symbol };
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
    this.latest = [{ key: this.request.symbol, value }];
    for (const subscriber of this.subscribers) for (const event of this.latest) subscriber.push(event);
  }

  fail(error: MarketDataError): void {
    this.hasEnded = true;
    for (const subscriber of this.subscribers) subscriber.endSource(this.subscribers, error, true);
    this.subscribers.clear();
  }
}
