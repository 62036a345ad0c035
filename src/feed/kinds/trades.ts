import type { Trade } from '../../market/model/trade.ts';
import { type TradeMessage, TradeReconciler } from '../reconcile/trade-reconciler.ts';
import type { Topic } from '../topics/topic.ts';
import type { KindSource } from './kind-source.ts';
import { fetchEach } from './single-fetch.ts';
import { adapt, type Upstream } from './upstream.ts';

const firstLimit = 100;
const pageLimit = 1000;

/** Live trades, each market polled by itself: from the newest known trade on. */
export function createTradeSource(options: Upstream): KindSource<TradeMessage, readonly Trade[]> {
  const { marketData, streams, clock, limiterOf } = options;
  return {
    kind: 'trades',
    maxWaiting: 1000,
    createReconciler: (request) => new TradeReconciler(request, clock),
    groupOf: ({ exchange, symbol }) => `${exchange} ${symbol}`,
    openStream: (request, listener) =>
      streams.open(
        { ...request, kind: 'trades' },
        adapt(listener, (trades, isFirst) => ({ trades, mayRepeat: isFirst })),
      ),
    fetch: (topics, origin, onOutcome) => {
      const ask = async (topic: Topic<TradeMessage, readonly Trade[]>): Promise<TradeMessage> => {
        const { exchange, symbol } = topic.request;
        const { since } = topic.reconciler;
        const page = since === null ? { limit: firstLimit } : { since, limit: pageLimit };
        // The first fetch asks the exchange too: what is remembered may lack trades that came before the subscriber.
        const { value: trades } = await marketData.fetchTrades({ exchange, symbol, ...page }, { maxAgeMs: 0 });
        return { trades, mayRepeat: true };
      };
      return fetchEach(topics, origin, limiterOf, ask, onOutcome);
    },
  };
}
