import { toMarketDataError } from '../../market/errors.ts';
import type { FeedEvent } from '../reconcile/feed-event.ts';
import type { FeedSubscription } from '../topics/feed-subscription.ts';
import type { Backlog } from './backlog.ts';

/** Turns a live event into the events that a subscriber with the history must receive: the same, others or none. */
export type Admit<V> = (event: FeedEvent<V>) => readonly FeedEvent<V>[] | Promise<readonly FeedEvent<V>[]>;

export interface ResumedOptions<V> {
  /** The history, which is sent first. */
  readonly backlog: Backlog<V>;
  /** The live subscription that follows the history. Its events wait in it meanwhile. */
  readonly live: FeedSubscription<V>;
  /** If it rejects, the subscription ends with that error. */
  readonly admit: Admit<V>;
}

const done = { done: true, value: undefined } as const;

type Result<V> = IteratorResult<FeedEvent<V>, undefined>;

/**
 * A subscription that begins in the past: first history, then live events. Live events that arrive while history is
 * being sent wait in the live subscription, up to its limit: a subscriber that takes the history too slowly is ended
 * with SLOW_CONSUMER. An event that does not overlap the history is passed on unchanged, as one object for all
 * subscribers.
 *
 * The iterator is written by hand for the reasons that `FeedSubscription` gives: `return()` ends a pending `next()`.
 */
export class ResumedSubscription<V> implements AsyncIterableIterator<FeedEvent<V>> {
  readonly #options: ResumedOptions<V>;
  readonly #waiting = new Set<(result: Result<V>) => void>();
  /** The previous result. Pending calls of `next()` are answered one after the other. */
  #previous: Promise<unknown> = Promise.resolve();
  #state: 'open' | 'finishing' | 'ended' = 'open';

  constructor(options: ResumedOptions<V>) {
    this.#options = options;
  }

  /** True while there is history that has not been taken. */
  get isReplaying(): boolean {
    return !this.#options.backlog.isEmpty;
  }

  next(): Promise<Result<V>> {
    if (this.#state === 'ended') return Promise.resolve(done);
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      this.#previous = this.#previous.then(async () => {
        const result = await this.#produce();
        this.#waiting.delete(resolve);
        resolve(result);
      });
    });
  }

  return(): Promise<Result<V>> {
    this.#end();
    return Promise.resolve(done);
  }

  throw(error: unknown): Promise<Result<V>> {
    void this.return();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Never rejects. */
  async #produce(): Promise<Result<V>> {
    const { backlog, live } = this.#options;
    while (this.#state !== 'ended') {
      const waiting = backlog.isEmpty ? undefined : await backlog.takeYielding();
      if (waiting) return { done: false, value: waiting };
      if (this.#state === 'finishing') break;
      const result = await live.next();
      if (result.done) break;
      const event = await this.#admit(result.value);
      if (event) return { done: false, value: event };
    }
    this.#end();
    return done;
  }

  /** The first of the events that a live event turns into; the others wait. Null if there are none. */
  async #admit(event: FeedEvent<V>): Promise<FeedEvent<V> | null> {
    const { admit, backlog, live } = this.#options;
    try {
      const admitted = admit(event);
      const [first = null, ...others] = admitted instanceof Promise ? await admitted : admitted;
      if (others.length > 0 && this.#state === 'open') backlog.add(others);
      return first;
    } catch (error) {
      this.#state = this.#state === 'open' ? 'finishing' : this.#state;
      void live.return();
      return { key: 'error', value: toMarketDataError(error) };
    }
  }

  #end(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#options.backlog.clear();
    for (const resolve of this.#waiting) resolve(done);
    this.#waiting.clear();
    void this.#options.live.return();
  }
}
