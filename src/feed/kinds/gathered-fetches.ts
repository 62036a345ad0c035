import { type Clock, sleep } from '../../base/clock.ts';
import type { OnOutcome, Polled } from '../polling/polled.ts';

export interface GatheredFetchesOptions<P extends Polled<T>, T> {
  readonly clock: Clock;
  /** Topics of the same poll group are fetched together. */
  readonly groupOf: (topic: P) => string;
  /** Never rejects. */
  readonly fetch: (topics: readonly P[], onOutcome: OnOutcome<P, T>) => Promise<void>;
}

/** Topics that will be fetched together, and what the outcome of each is passed to. */
interface Gathering<P extends Polled<T>, T> {
  readonly topics: Map<P, OnOutcome<P, T>>;
  readonly done: Promise<void>;
}

/** Topics are gathered until none has come for this time, in ms. */
const pauseMs = 20;

/** After so many pauses, the others are fetched by another call. Not a time: a busy server would always have used it up. */
const maxPauses = 10;

/**
 * Fetches the first values of topics that begin within a moment with one call. A page with a hundred markets opens a
 * hundred subscriptions. They do not arrive together, and while the server reads the first ones, a timer alone would not
 * wait for the others. Only for values that exchanges renew every minute or more rarely.
 */
export class GatheredFetches<P extends Polled<T> & { readonly hasEnded: boolean }, T> {
  readonly #options: GatheredFetchesOptions<P, T>;
  readonly #gathering = new Map<string, Gathering<P, T>>();

  constructor(options: GatheredFetchesOptions<P, T>) {
    this.#options = options;
  }

  /** Resolves when all outcomes are known. */
  async add(topics: readonly P[], onOutcome: OnOutcome<P, T>): Promise<void> {
    const calls = topics.map((topic) => {
      const { topics: gathered, done } = this.#gatheringOf(this.#options.groupOf(topic));
      gathered.set(topic, onOutcome);
      return done;
    });
    await Promise.all(calls);
  }

  #gatheringOf(group: string): Gathering<P, T> {
    const known = this.#gathering.get(group);
    if (known) return known;
    const topics = new Map<P, OnOutcome<P, T>>();
    const done = this.#pause(topics).then(() => {
      this.#gathering.delete(group);
      return this.#fetch(topics);
    });
    const gathering = { topics, done };
    this.#gathering.set(group, gathering);
    return gathering;
  }

  /** Resolves when no topic has come for a while. */
  async #pause(topics: ReadonlyMap<P, unknown>): Promise<void> {
    let known = -1;
    for (let pause = 0; pause < maxPauses && topics.size > known; pause++) {
      known = topics.size;
      await sleep(this.#options.clock, pauseMs);
    }
  }

  async #fetch(topics: ReadonlyMap<P, OnOutcome<P, T>>): Promise<void> {
    const wanted = [...topics.keys()].filter(({ hasEnded }) => !hasEnded);
    if (wanted.length === 0) return;
    await this.#options.fetch(wanted, (topic, outcome) => topics.get(topic)?.(topic, outcome));
  }
}
