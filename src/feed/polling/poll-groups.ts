import type { MarketDataError } from '../../market/errors.ts';
import { marketKind } from '../../market/market-ref.ts';
import type { TopicRequest } from '../reconcile/topic-request.ts';
import type { ExchangeHealth } from './exchange-health.ts';
import type { FeedTiming } from './feed-timing.ts';
import { PollGroup } from './poll-group.ts';
import type { OnOutcome, Polled } from './polled.ts';

export interface PollGroupsOptions<P extends Polled<T>, T> {
  /** Names the kind of data, for the health of exchanges. */
  readonly kind: string;
  /** Topics of the same poll group are fetched together. */
  readonly groupOf: (request: TopicRequest) => string;
  readonly fetch: (due: readonly P[], onOutcome: OnOutcome<P, T>) => Promise<void>;
  readonly timing: FeedTiming;
  readonly health: ExchangeHealth;
}

/** After this many intervals, a call without an answer counts as blocking other topics. */
const longCallIntervals = 3;

/** The poll groups of one kind of data. A group exists while it has topics. */
export class PollGroups<P extends Polled<T>, T> {
  readonly #options: PollGroupsOptions<P, T>;
  readonly #groups = new Map<string, PollGroup<P, T>>();

  constructor(options: PollGroupsOptions<P, T>) {
    this.#options = options;
  }

  /** How many are polling at the moment. */
  get pollingCount(): number {
    return [...this.#groups.values()].filter(({ isPolling }) => isPolling).length;
  }

  /** The poll group that the request belongs to. */
  of(request: TopicRequest): PollGroup<P, T> {
    const key = this.#options.groupOf(request);
    const known = this.#groups.get(key);
    if (known) return known;
    const { fetch, timing, health } = this.#options;
    const onHealth = (error: MarketDataError | null): void =>
      health.onRound(request.exchange, this.#toHealthKey(key), error);
    const onTimeout = this.onTimeout.bind(this);
    const group = new PollGroup<P, T>({ fetch, onTimeout, onHealth, timing });
    this.#groups.set(key, group);
    return group;
  }

  find(request: TopicRequest): PollGroup<P, T> | undefined {
    return this.#groups.get(this.#options.groupOf(request));
  }

  /** A topic has ended: ends its group with the last one. */
  remove(topic: P): void {
    const { request } = topic;
    const group = this.find(request);
    group?.remove(topic);
    if (!group?.isEmpty) return;
    const key = this.#options.groupOf(request);
    this.#groups.delete(key);
    this.#options.health.forget(request.exchange, this.#toHealthKey(key));
  }

  /**
   * A call for a topic, made at `askedAt` (epoch ms), was not answered in time. Topics of the same kind of market that
   * are in other poll groups wait behind that call. Those that have received no answer since then fail with it:
   * otherwise they would look up to date until their turn comes.
   */
  onTimeout({ request: { exchange, symbol } }: P, error: MarketDataError, askedAt: number): void {
    const { clock, pollIntervalMs } = this.#options.timing;
    if (clock.now() - askedAt < longCallIntervals * pollIntervalMs) return;
    const topics = [...this.#groups.values()].flatMap((group) => [...group.topics]);
    for (const other of topics) {
      const { request, schedule, knownAt } = other;
      if (request.exchange !== exchange || marketKind(request.symbol) !== marketKind(symbol)) continue;
      if (schedule.isWanted && knownAt < askedAt) other.failFetch(error.withSymbol(request.symbol));
    }
  }

  #toHealthKey(group: string): string {
    return `${this.#options.kind} ${group}`;
  }
}
