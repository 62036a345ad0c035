import { MarketDataError } from '../../market/errors.ts';
import { marketKind } from '../../market/market-ref.ts';
import type { FundingRate } from '../../market/model/derivatives/funding-rate.ts';
import { FundingRateReconciler } from '../reconcile/derivatives/funding-rate-reconciler.ts';
import { type KindSource, slowPollMs, slowStaleMaxMs } from './kind-source.ts';
import type { Upstream } from './upstream.ts';
import { withSource } from './with-source.ts';

/** Live funding rates. One call polls all rates of one kind of market of an exchange. */
export function createFundingRateSource(
  options: Upstream,
): KindSource<FundingRate, FundingRate, FundingRateReconciler> {
  const staleMaxMs = slowStaleMaxMs(options.staleMaxMs);
  const { marketData, streams, clock } = options;
  return {
    kind: 'fundingRate',
    minPollIntervalMs: slowPollMs,
    maxWaiting: 1,
    createReconciler: (request) => new FundingRateReconciler(request, clock, staleMaxMs),
    groupOf: ({ exchange, symbol }) => `${exchange} ${marketKind(symbol)}`,
    openStream: (request, listener) => streams.open({ ...request, kind: 'fundingRate' }, listener),
    fetch: async (topics, kind, onOutcome) => {
      const exchange = topics[0]?.request.exchange ?? '';
      const symbols = topics.map(({ request }) => request.symbol);
      const fetchOptions = kind === 'poll' ? { maxAgeMs: 0 } : undefined;
      const results = await marketData.derivatives.fetchFundingRates(exchange, symbols, fetchOptions);
      for (const topic of topics) {
        const result = results.get(topic.request.symbol);
        if (result) onOutcome(topic, result instanceof MarketDataError ? result : withSource(result.value, kind));
      }
    },
  };
}
