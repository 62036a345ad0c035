import type { Liquidation } from '../../market/model/derivatives/liquidation.ts';
import { notStreamed } from '../../market/model/not-supported.ts';
import { type LiquidationMessage, LiquidationReconciler } from '../reconcile/derivatives/liquidation-reconciler.ts';
import type { KindSource } from './kind-source.ts';
import { mapMessages, type Upstream } from './upstream.ts';

/** Live liquidations, which only streams bring. */
export function createLiquidationSource(
  options: Upstream,
): KindSource<LiquidationMessage, readonly Liquidation[], LiquidationReconciler> {
  const { marketData, streams, clock } = options;
  return {
    kind: 'liquidations',
    isStreamOnly: true,
    maxWaiting: 1000,
    createReconciler: (request) => new LiquidationReconciler(request, clock),
    groupOf: ({ exchange, symbol }) => `${exchange} ${symbol}`,
    openStream: (request, listener) =>
      streams.open(
        { ...request, kind: 'liquidations' },
        mapMessages(listener, (liquidations, isFirst) => ({ liquidations, mayRepeat: isFirst })),
      ),
    // No call is made. Without a stream, nothing will ever come.
    fetch: async (topics, _kind, onOutcome) => {
      const exchanges = marketData.exchanges();
      for (const topic of topics) {
        if (topic.hasStream) continue;
        onOutcome(topic, notStreamed(topic.request, 'liquidations', 'STREAM_LIQUIDATIONS', exchanges));
      }
    },
  };
}
