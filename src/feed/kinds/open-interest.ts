import { toMarketKey } from '../../market/market-ref.ts';
import { isSameOpenInterest, type OpenInterest } from '../../market/model/derivatives/open-interest.ts';
import { LatestReconciler } from '../reconcile/latest-reconciler.ts';
import { fetchEachTopic } from './fetch-each-topic.ts';
import { type KindSource, slowPollMs, slowStaleMaxMs } from './kind-source.ts';
import type { Upstream } from './upstream.ts';
import { withSource } from './with-source.ts';

/** Live open interest. Exchanges do not stream it through ccxt, and each market is polled by itself. */
export function createOpenInterestSource(
  options: Upstream,
): KindSource<OpenInterest, OpenInterest, LatestReconciler<OpenInterest>> {
  const staleMaxMs = slowStaleMaxMs(options.staleMaxMs);
  const { marketData, streams, clock, limiter } = options;
  return {
    kind: 'openInterest',
    minPollIntervalMs: slowPollMs,
    maxWaiting: 1,
    createReconciler: (request) =>
      new LatestReconciler<OpenInterest>({
        key: toMarketKey(request),
        clock,
        staleMaxMs,
        toValue: (interest) => interest,
        isSame: isSameOpenInterest,
        hasMoved: (previous, next) => !isSameOpenInterest(previous, next),
      }),
    groupOf: ({ exchange, symbol }) => `${exchange} ${symbol}`,
    openStream: (request, listener) => streams.open({ ...request, kind: 'openInterest' }, listener),
    fetch: (topics, kind, onOutcome) => {
      const fetchOptions = kind === 'poll' ? { maxAgeMs: 0 } : undefined;
      return fetchEachTopic(
        topics,
        kind,
        limiter,
        async ({ request: { exchange, symbol } }) =>
          withSource((await marketData.derivatives.fetchOpenInterest({ exchange, symbol }, fetchOptions)).value, kind),
        onOutcome,
      );
    },
  };
}
