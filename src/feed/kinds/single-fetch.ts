import type { LimitFunction } from 'p-limit';
import { MarketDataError } from '../../market/errors.ts';
import type { Origin } from '../reconcile/reconciler.ts';
import type { TopicRequest } from '../reconcile/topic-request.ts';
import type { Topic } from '../topics/topic.ts';
import type { OnOutcome } from './kind-source.ts';

/**
 * Fetches topics that have a call each, one after the other, through the limiter of their kind of market, unless a topic
 * no longer wants that when its turn comes. Never rejects.
 */
export async function fetchEach<T extends object, V>(
  topics: readonly Topic<T, V>[],
  origin: Exclude<Origin, 'stream'>,
  limiterOf: (request: TopicRequest, origin: Exclude<Origin, 'stream'>) => LimitFunction,
  ask: (topic: Topic<T, V>) => Promise<T>,
  onOutcome: OnOutcome<T, V>,
): Promise<void> {
  for (const topic of topics) {
    const limiter = limiterOf(topic.request, origin);
    const outcome = await limiter(async () => (topic.wantsFetch ? ask(topic) : null)).catch(toError);
    if (outcome !== null) onOutcome(topic, outcome);
  }
}

/** What a call on the port rejected with. Anything but a MarketDataError is a mistake of ours and becomes one. */
export function toError(error: unknown): MarketDataError {
  if (error instanceof MarketDataError) return error;
  return new MarketDataError('INTERNAL_SERVER_ERROR', 'Something went wrong on this server.', { cause: error });
}
