import type { Clock } from '../../base/clock.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { Reconciler } from '../reconcile/reconciler.ts';
import type { Topic } from '../topics/topic.ts';
import type { TopicSubscriber } from '../topics/topic-subscriber.ts';
import { isUpToDate, type ReadableTopic } from './up-to-date.ts';

/** How long a query waits for a topic that is about to be brought up to date, in ms. */
const maxWaitMs = 3000;

/**
 * What a topic answers; null if it does not know, has no subscribers that keep it up to date, or takes too long. Rejects
 * with the error of a topic that fails.
 */
export async function readTopic<T, V, R extends Reconciler<T, V>, A>(
  topic: Topic<T, V, R> | undefined,
  clock: Clock,
  read: (topic: Topic<T, V, R>) => A | null,
): Promise<A | null> {
  if (!topic?.hasSubscribers) return null;
  if (topic.error) throw topic.error;
  if (isUpToDate(topic, clock.now())) return read(topic);
  const outcome = await whenUpToDate(topic, clock);
  if (outcome instanceof MarketDataError) throw outcome;
  return outcome ? read(topic) : null;
}

/** The latest value of a topic; null if there is none. */
export function latestOf<V>({ latest }: Pick<ReadableTopic<V>, 'latest'>): V | null {
  const value = latest[0]?.value;
  return value === undefined || value instanceof MarketDataError ? null : value;
}

/**
 * Waits until a topic is up to date: it may have just begun, or a call for it is about to be answered. Resolves with the
 * error if the topic fails, and with false if it takes too long.
 */
function whenUpToDate<T, V, R extends Reconciler<T, V>>(
  topic: Topic<T, V, R>,
  clock: Clock,
): Promise<boolean | MarketDataError> {
  return new Promise((resolve) => {
    const waiter = new TopicWaiter<V>(() => {
      const isDone = topic.error !== null || isUpToDate(topic, clock.now());
      if (isDone) end(topic.error ?? true);
    }, end);
    const cancel = clock.after(maxWaitMs, () => end(false));
    function end(result: boolean | MarketDataError): void {
      cancel();
      topic.remove(waiter);
      resolve(result);
    }
    topic.add(waiter);
    waiter.onReady();
  });
}

/** Looks at a topic each time that it may have changed. */
class TopicWaiter<V> implements TopicSubscriber<V> {
  readonly #check: () => void;
  readonly #onEnd: (result: MarketDataError | false) => void;

  constructor(check: () => void, onEnd: (result: MarketDataError | false) => void) {
    this.#check = check;
    this.#onEnd = onEnd;
  }

  push(): void {
    this.#check();
  }

  onReady(): void {
    this.#check();
  }

  onFailure(): void {
    this.#check();
  }

  endSource(_source: object, error: MarketDataError): void {
    this.#onEnd(error);
  }

  async return(): Promise<void> {
    this.#onEnd(false);
  }
}
