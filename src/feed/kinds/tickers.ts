import { MarketDataError } from '../../market/errors.ts';
import { marketKind } from '../../market/market-ref.ts';
import { isUnchanged, type Source, type Ticker } from '../../market/model/ticker.ts';
import { LatestReconciler } from '../reconcile/latest-reconciler.ts';
import type { Origin } from '../reconcile/reconciler.ts';
import type { KindSource } from './kind-source.ts';
import type { Upstream } from './upstream.ts';

/** Live tickers: those of one kind of market of an exchange are polled in one call. */
export function createTickerSource({ marketData, streams, clock, staleMaxMs }: Upstream): KindSource<Ticker, Ticker> {
  return {
    kind: 'ticker',
    maxWaiting: 1,
    createReconciler: ({ symbol }) =>
      new LatestReconciler<Ticker>({
        key: symbol,
        clock,
        staleMaxMs,
        isSame: isUnchanged,
        // Bids, asks and what is counted over 24 hours move without a trade, of which some streams tell nothing.
        hasMoved: (previous, next) => previous.last !== next.last,
        toStale: (ticker) => Object.freeze({ ...ticker, stale: true }),
      }),
    groupOf: ({ exchange, symbol }) => `${exchange} ${marketKind(symbol)}`,
    openStream: (request, listener) => streams.open({ ...request, kind: 'ticker' }, listener),
    fetch: async (topics, origin, onOutcome) => {
      const exchange = topics[0]?.request.exchange ?? '';
      const symbols = topics.map(({ request }) => request.symbol);
      const results = await marketData.fetchTickers(exchange, symbols, origin === 'poll' ? { maxAgeMs: 0 } : undefined);
      for (const topic of topics) {
        const result = results.get(topic.request.symbol);
        if (result) onOutcome(topic, result instanceof MarketDataError ? result : from(result.value, origin));
      }
    },
  };
}

const sourceOf: Readonly<Record<Exclude<Origin, 'stream'>, Source>> = { fetch: 'FETCH', poll: 'POLL' };

function from(ticker: Ticker, origin: Exclude<Origin, 'stream'>): Ticker {
  const source = sourceOf[origin];
  return ticker.source === source ? ticker : Object.freeze({ ...ticker, source });
}
