import { MarketDataError } from '../../market/errors.ts';
import { marketKind, toMarketKey } from '../../market/market-ref.ts';
import { isUnchanged, type Ticker } from '../../market/model/ticker.ts';
import { LatestReconciler } from '../reconcile/latest-reconciler.ts';
import type { KindSource } from './kind-source.ts';
import type { Upstream } from './upstream.ts';
import { withSource } from './with-source.ts';

/** Live tickers. One call polls all tickers of one kind of market of an exchange. */
export function createTickerSource(options: Upstream): KindSource<Ticker, Ticker, LatestReconciler<Ticker>> {
  const { marketData, streams, clock, staleMaxMs } = options;
  return {
    kind: 'ticker',
    maxWaiting: 1,
    createReconciler: (request) =>
      new LatestReconciler<Ticker>({
        key: toMarketKey(request),
        clock,
        staleMaxMs,
        toValue: (ticker) => ticker,
        isSame: isUnchanged,
        // Bids, asks and 24-hour statistics change without a trade, and some streams send nothing then.
        hasMoved: (previous, next) => previous.last !== next.last,
      }),
    groupOf: ({ exchange, symbol }) => `${exchange} ${marketKind(symbol)}`,
    openStream: (request, listener) => streams.open({ ...request, kind: 'ticker' }, listener),
    fetch: async (topics, kind, onOutcome) => {
      const exchange = topics[0]?.request.exchange ?? '';
      const symbols = topics.map(({ request }) => request.symbol);
      const results = await marketData.fetchTickers(exchange, symbols, kind === 'poll' ? { maxAgeMs: 0 } : undefined);
      for (const topic of topics) {
        const result = results.get(topic.request.symbol);
        if (result) onOutcome(topic, result instanceof MarketDataError ? result : withSource(result.value, kind));
      }
    },
  };
}
