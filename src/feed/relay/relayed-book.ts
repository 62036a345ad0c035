import type { Clock } from '../../base/clock.ts';
import type { OrderBook } from '../../market/model/order-book.ts';
import type { StreamRequest } from '../../market/ports/market-streams.ts';
import type { LiveKinds } from '../live/live-kinds.ts';
import type { Claim } from '../reconcile/coverage.ts';
import type { TopicSubscriber } from '../topics/topic-subscriber.ts';
import type { JoinedTopic } from './topic-relay.ts';

export interface RelayedBookOptions {
  readonly kind: LiveKinds['orderBook'];
  readonly request: StreamRequest<'orderBook'>;
  readonly subscriber: TopicSubscriber<OrderBook>;
  readonly clock: Clock;
}

/** How often the wanted number of levels is looked up, in ms. */
const checkMs = 1000;

/** How many levels are sent if the request does not say. */
const defaultDepth = 50;

/** How many levels of each side the request wants now. */
export function depthOf({ depth }: StreamRequest<'orderBook'>): number {
  return Math.max(1, depth?.() ?? defaultDepth);
}

/** Joins the topic of an order book, and keeps it as deep as the request wants. */
export function joinBook({ kind, request, subscriber, clock }: RelayedBookOptions): JoinedTopic<OrderBook> {
  const { exchange, symbol } = request;
  let levels = depthOf(request);
  let claim: Claim | null = null;
  const topic = kind.join({ exchange, symbol }, subscriber, ({ coverage }) => {
    claim = coverage.claim(levels);
    return claim;
  });
  const check = (): (() => void) =>
    clock.after(checkMs, () => {
      cancel = check();
      const wanted = depthOf(request);
      if (wanted === levels) return;
      levels = wanted;
      const previous = claim;
      claim = kind.claim(topic, ({ coverage }) => coverage.claim(wanted));
      previous?.release();
    });
  let cancel = check();
  return {
    topic,
    leave: () => {
      cancel();
      topic.remove(subscriber);
      claim?.release();
    },
  };
}
