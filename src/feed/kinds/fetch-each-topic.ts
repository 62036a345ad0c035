import type { MarketDataError } from '../../market/errors.ts';
import { toMarketDataError } from '../../market/errors.ts';
import type { CallLimiter } from '../polling/call-limiter.ts';
import type { OnOutcome } from '../polling/polled.ts';
import type { CallKind, Reconciler } from '../reconcile/reconciler.ts';
import type { Topic } from '../topics/topic.ts';

/**
 * Fetches topics that need one call each, one after the other and within the limits of `limiter`. A topic that no
 * longer needs the call when its turn comes is skipped. Never rejects.
 */
export async function fetchEachTopic<T extends object, V, R extends Reconciler<T, V>>(
  topics: readonly Topic<T, V, R>[],
  kind: CallKind,
  limiter: CallLimiter,
  fetch: (topic: Topic<T, V, R>) => Promise<T>,
  onOutcome: OnOutcome<Topic<T, V, R>, T>,
): Promise<void> {
  for (const topic of topics) {
    const call = async (): Promise<T | null> => (topic.wantsFetch ? fetch(topic) : null);
    const outcome = await limiter.run<T | MarketDataError | null>(topic.request, kind, call).catch(toMarketDataError);
    if (outcome !== null) onOutcome(topic, outcome);
  }
}
