import type { Trade } from '../../market/model/trade.ts';
import type { TradeMessage } from '../reconcile/held-trades.ts';
import { TradeReconciler } from '../reconcile/trade-reconciler.ts';
import type { Topic } from '../topics/topic.ts';
import { fetchEachTopic } from './fetch-each-topic.ts';
import type { KindSource } from './kind-source.ts';
import { mapMessages, type Upstream } from './upstream.ts';

/** How many trades the first call asks for: it only has to find out which trades are from before the start. */
export const firstLimit = 100;
const pageLimit = 1000;

type TradeTopic = Topic<TradeMessage, readonly Trade[], TradeReconciler>;

/** Live trades. Each market is polled by itself, from the newest known trade on. */
export function createTradeSource(options: Upstream): KindSource<TradeMessage, readonly Trade[], TradeReconciler> {
  const { marketData, streams, clock, limiter } = options;
  const fetch = async ({ request, reconciler }: TradeTopic): Promise<TradeMessage> => {
    const { exchange, symbol } = request;
    const { since } = reconciler;
    const page = since === null ? { limit: firstLimit } : { since, limit: pageLimit };
    // The first fetch asks the exchange too: a cached answer can lack trades from just before the subscriber came.
    const { value: trades } = await marketData.fetchTrades({ exchange, symbol, ...page }, { maxAgeMs: 0 });
    return { trades, mayRepeat: true };
  };
  return {
    kind: 'trades',
    maxWaiting: 1000,
    createReconciler: (request) => new TradeReconciler(request, clock),
    groupOf: ({ exchange, symbol }) => `${exchange} ${symbol}`,
    openStream: (request, listener) =>
      streams.open(
        { ...request, kind: 'trades' },
        mapMessages(listener, (trades, isFirst) => ({ trades, mayRepeat: isFirst })),
      ),
    fetch: (topics, kind, onOutcome) => fetchEachTopic(topics, kind, limiter, fetch, onOutcome),
  };
}
