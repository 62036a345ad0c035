import { expect, test } from 'vitest';
import { type TradeMessage, TradeReconciler } from '../../../src/feed/reconcile/trade-reconciler.ts';
import { FeedSubscription } from '../../../src/feed/topics/feed-subscription.ts';
import { Topic } from '../../../src/feed/topics/topic.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Trade } from '../../../src/market/model/trade.ts';
import type { StreamListener } from '../../../src/market/ports/market-streams.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const request = { exchange: 'kraken', symbol: 'BTC/USDT' };

function messageOf(timestamp: number): TradeMessage {
  const trade: Trade = { ...request, id: String(timestamp), timestamp, price: 1, amount: 1, cost: 1, side: 'buy' };
  return { trades: [trade], mayRepeat: false };
}

test('who answers that nothing can be fetched is asked once when something begins to be missing', async () => {
  const clock = new ManualClock();
  const listeners: StreamListener<TradeMessage>[] = [];
  let asked = 0;
  const topic = new Topic<TradeMessage, readonly Trade[]>({
    request,
    reconciler: new TradeReconciler(request, clock),
    openStream: (listener) => {
      listeners.push(listener);
      return { redial: () => {}, close: () => {} };
    },
    clock,
    lingerMs: 0,
    pollIntervalMs: 1000,
    silenceMs: 60_000,
    patienceMs: 60_000,
    startTimeoutMs: 10_000,
    // As a poll group does while its exchange wants to be left in peace.
    onWanting: () => {
      asked += 1;
      topic.failFetch(new MarketDataError('RATE_LIMITED', 'not now', { retryAfterMs: 60_000 }));
    },
    onEnd: () => {},
  });
  const options = {
    sources: 1,
    maxWaiting: 10,
    latest: () => topic.latest,
    isServing: () => topic.isServing,
    onEnd: () => {},
  };
  topic.add(new FeedSubscription<readonly Trade[]>(options), 0);
  topic.takeFetched(messageOf(clock.now()), 'fetch', clock.now(), 0);
  listeners[0]?.onInterrupted(new MarketDataError('EXCHANGE_UNAVAILABLE', 'down'));
  expect([topic.reconciler.isBehind, asked]).toEqual([true, 1]);
  topic.end();
});
