import { expect, test } from 'vitest';
import type { TradeMessage } from '../../../src/feed/reconcile/held-trades.ts';
import { TradeReconciler } from '../../../src/feed/reconcile/trade-reconciler.ts';
import { FeedSubscription } from '../../../src/feed/topics/feed-subscription.ts';
import { Topic } from '../../../src/feed/topics/topic.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Trade } from '../../../src/market/model/trade.ts';
import type { StreamListener } from '../../../src/market/ports/market-streams.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const request = { exchange: 'kraken', symbol: 'BTC/USDT' };

function messageOf(timestamp: number): TradeMessage {
  const trade: Trade = { ...request, id: String(timestamp), timestamp, price: 1, amount: 1, cost: 1, side: 'buy' };
  return { trades: [trade], mayRepeat: false };
}

test('when a gap opens during a pause of the exchange, one poll is requested', async () => {
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
    timing: {
      clock,
      lingerMs: 0,
      pollIntervalMs: 1000,
      silenceMs: 60_000,
      staleMaxMs: 60_000,
      startTimeoutMs: 10_000,
    },
    // As a poll group does during a pause that its exchange has asked for.
    onWanted: () => {
      asked += 1;
      topic.failFetch(new MarketDataError('RATE_LIMITED', 'not now', { retryAfterMs: 60_000 }));
    },
    onEnd: () => {},
  });
  const options = {
    sources: 1,
    maxWaiting: 10,
    latest: () => topic.latest,
    isReady: () => topic.isReady,
    onEnd: () => {},
  };
  topic.add(new FeedSubscription<readonly Trade[]>(options));
  topic.takeFetched(messageOf(clock.now()), 'fetch', clock.now());
  listeners[0]?.onInterrupted(new MarketDataError('EXCHANGE_UNAVAILABLE', 'down'));
  expect([topic.reconciler.hasGap, asked]).toEqual([true, 1]);
  topic.end();
});
