import { MarketDataError } from '../../market/errors.ts';
import { marketKind } from '../../market/market-ref.ts';
import type { FundingRate } from '../../market/model/derivatives/funding-rate.ts';
import type { OnOutcome } from '../polling/polled.ts';
import { FundingRateReconciler } from '../reconcile/derivatives/funding-rate-reconciler.ts';
import type { CallKind } from '../reconcile/reconciler.ts';
import type { TopicRequest } from '../reconcile/topic-request.ts';
import type { Topic } from '../topics/topic.ts';
import { GatheredFetches } from './gathered-fetches.ts';
import { type KindSource, slowPollMs, slowStaleMaxMs } from './kind-source.ts';
import type { Upstream } from './upstream.ts';
import { withSource } from './with-source.ts';

type FundingRateTopic = Topic<FundingRate, FundingRate, FundingRateReconciler>;

/** Live funding rates. One call brings all rates of one kind of market of an exchange: first values, and later polls. */
export function createFundingRateSource(
  options: Upstream,
): KindSource<FundingRate, FundingRate, FundingRateReconciler> {
  const staleMaxMs = slowStaleMaxMs(options.staleMaxMs);
  const { marketData, streams, clock } = options;
  const groupOf = ({ exchange, symbol }: TopicRequest): string => `${exchange} ${marketKind(symbol)}`;
  const fetch = async (
    topics: readonly FundingRateTopic[],
    kind: CallKind,
    onOutcome: OnOutcome<FundingRateTopic, FundingRate>,
  ): Promise<void> => {
    const exchange = topics[0]?.request.exchange ?? '';
    const symbols = topics.map(({ request }) => request.symbol);
    const fetchOptions = kind === 'poll' ? { maxAgeMs: 0 } : undefined;
    const results = await marketData.derivatives.fetchFundingRates(exchange, symbols, fetchOptions);
    for (const topic of topics) {
      const result = results.get(topic.request.symbol);
      if (result) onOutcome(topic, result instanceof MarketDataError ? result : withSource(result.value, kind));
    }
  };
  const firstValues = new GatheredFetches<FundingRateTopic, FundingRate>({
    clock,
    groupOf: ({ request }) => groupOf(request),
    fetch: (topics, onOutcome) => fetch(topics, 'fetch', onOutcome),
  });
  return {
    kind: 'fundingRate',
    minPollIntervalMs: slowPollMs,
    maxWaiting: 1,
    createReconciler: (request) => new FundingRateReconciler(request, clock, staleMaxMs),
    groupOf,
    openStream: (request, listener) => streams.open({ ...request, kind: 'fundingRate' }, listener),
    fetch: (topics, kind, onOutcome) =>
      kind === 'fetch' ? firstValues.add(topics, onOutcome) : fetch(topics, kind, onOutcome),
  };
}
