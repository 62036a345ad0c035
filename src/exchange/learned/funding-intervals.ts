import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';

/** The intervals of an exchange's markets of one kind, by symbol, in ms. */
export type FundingIntervals = ReadonlyMap<string, number>;

/** How long a list is remembered, in ms. Exchanges announce changes of an interval. */
const rememberMs = 3_600_000;

/** How long an exchange that could not send a list is not asked again, in ms. */
const failedMs = 60_000;

/** How long a list may delay the rates that are there already, in ms. */
const maxWaitMs = 1000;

/** Enough for every kind of market. */
const maxKinds = 20;

/**
 * Lists of funding intervals, by kind of market, for exchanges that do not send the interval with each rate. Queries that
 * come while a list is being loaded wait for the same call.
 */
export class FundingIntervalMemory {
  readonly #lists: LRUCache<string, Promise<FundingIntervals | null>>;

  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lists = new LRUCache({ max: maxKinds, ttl: rememberMs, ttlResolution: 0, perf: clock });
  }

  /** The list of a kind; `load` makes the call. Never rejects: null if the call failed, or takes long. */
  get(kind: string, load: () => Promise<FundingIntervals>): Promise<FundingIntervals | null> {
    const list = this.#lists.get(kind) ?? this.#load(kind, load);
    return withDeadline(this.#clock, maxWaitMs, list, () => new Error('late')).catch(() => null);
  }

  #load(kind: string, load: () => Promise<FundingIntervals>): Promise<FundingIntervals | null> {
    const list = load().catch(() => {
      this.#lists.set(kind, Promise.resolve(null), { ttl: failedMs });
      return null;
    });
    this.#lists.set(kind, list);
    return list;
  }
}
