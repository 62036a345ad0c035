import { MarketDataError } from '../../market/errors.ts';
import { marketKind, toMarketKey } from '../../market/market-ref.ts';
import type { StreamKind } from '../../market/ports/market-streams.ts';
import { PollGroup } from '../polling/poll-group.ts';
import type { FeedEvent } from '../reconcile/feed-event.ts';
import type { Origin } from '../reconcile/reconciler.ts';
import type { TopicRequest } from '../reconcile/topic-request.ts';
import { FeedSubscription } from '../topics/feed-subscription.ts';
import { Topic } from '../topics/topic.ts';
import { type FeedState, toFeedState } from './feed-state.ts';
import type { Health } from './health.ts';
import type { KindSource } from './kind-source.ts';
import type { Timing } from './timing.ts';

export interface LiveKindOptions extends Timing {
  /** True when the exchange pushes this kind. */
  readonly offersStream: (exchange: string, kind: StreamKind) => boolean;
  readonly health: Health;
  /** Called with 1 when a stream has been opened, with -1 when one has been closed. */
  readonly onStreams: (change: 1 | -1) => void;
}

/** How one subscriber listens. */
export interface SubscriberOptions<V> {
  /** True when who has received the one learns nothing from the other; left out where each event is news. */
  readonly isSame?: (seen: V, next: V) => boolean;
  /** Of order books: how many levels of a side it wants. */
  readonly depth?: number;
}

/** A call that takes as long as so many rounds holds up others. */
const longRounds = 3;

/** All topics of one kind of live data. */
export class LiveKind<T, V> {
  readonly #rules: KindSource<T, V>;
  readonly #options: LiveKindOptions;
  readonly #topics = new Map<string, Topic<T, V>>();
  readonly #groups = new Map<string, PollGroup<T, V>>();

  constructor(rules: KindSource<T, V>, options: LiveKindOptions) {
    this.#rules = rules;
    this.#options = options;
  }

  get topics(): Iterable<Topic<T, V>> {
    return this.#topics.values();
  }

  get states(): readonly FeedState[] {
    return [...this.#topics.values()].map((topic) => toFeedState(this.#rules.kind, topic));
  }

  get pollCount(): number {
    return [...this.#groups.values()].filter(({ isPolling }) => isPolling).length;
  }

  find(request: TopicRequest): Topic<T, V> | undefined {
    return this.#topics.get(toKey(request));
  }

  /** Events of all that is requested, of each the latest known at once. */
  subscribe(requests: readonly TopicRequest[], { isSame, depth = 0 }: SubscriberOptions<V> = {}): FeedSubscription<V> {
    const distinct = new Map(requests.map((request) => [toKey(request), request]));
    let topics: readonly Topic<T, V>[] = [];
    const subscription = new FeedSubscription<V>({
      sources: distinct.size,
      maxWaiting: Math.max(this.#rules.maxWaiting, distinct.size),
      ...(isSame ? { isSame } : {}),
      latest: () => topics.flatMap(({ latest }) => latest),
      isServing: () => topics.some(({ isServing }) => isServing),
      onEnd: () => {
        for (const topic of topics) topic.remove(subscription);
      },
    });
    topics = [...distinct].map(([key, request]) => {
      const known = this.#findAttended(key);
      const topic = known ?? this.#create(key, request);
      const isBack = known !== undefined && !topic.hasSubscribers;
      const isOutdated = known !== undefined && this.#isOutdated(topic);
      const isTooShallow = known !== undefined && depth > topic.madeForDepth;
      topic.add(subscription, depth, isOutdated);
      const group = this.#groupOf(request);
      if (isOutdated) void this.#fetchAlone(topic, 'poll');
      else if (!known || isTooShallow || (isBack && !topic.isServing)) void this.#fetchAlone(topic, 'fetch');
      // The polls of what fails are far apart, and a start does not wait for long.
      else if (!topic.isServing) group.wake(topic);
      else if (isBack && topic.wantsPoll) group.resume();
      // What was asked for just now is polled from the next round on.
      if (isBack) group.add(topic);
      return topic;
    });
    return subscription;
  }

  /** Gives a topic what somebody else has fetched of it, at `fetchedAt`, epoch ms. */
  offer(request: TopicRequest, message: T, fetchedAt: number): void {
    const topic = this.find(request);
    topic?.takeFetched(message, 'fetch', fetchedAt, 0);
    if (topic) this.#groups.get(this.#rules.groupOf(request))?.onSuccess();
  }

  /** The exchange answers again, of which some poll groups still wait for their next round. */
  onAnswer(exchange: string): void {
    const groups = new Set<PollGroup<T, V>>();
    for (const { request } of this.#topics.values()) {
      if (request.exchange === exchange) groups.add(this.#groupOf(request));
    }
    for (const group of groups) group.onAnswer();
  }

  /** Ends every stream, poll and subscriber. */
  close(): void {
    for (const topic of [...this.#topics.values()]) {
      for (const subscriber of [...topic.subscribers]) void subscriber.return();
      topic.end();
    }
  }

  /**
   * The topic, unless only polls keep it up to date and there were none for too long, since nobody listened: then it
   * begins anew, and a subscriber that comes now receives nothing of what happened before.
   */
  #findAttended(key: string): Topic<T, V> | undefined {
    const topic = this.#topics.get(key);
    if (!topic || topic.hasStream || !this.#isOutdated(topic)) return topic;
    topic.end();
    return undefined;
  }

  /** True when the topic has nothing to tell a new subscriber but what is old, and not marked so. */
  #isOutdated(topic: Topic<T, V>): boolean {
    const isMarked = topic.latest.length > 0 && toFeedState(this.#rules.kind, topic).isStale;
    return topic.isUnattended && !isMarked;
  }

  #create(key: string, request: TopicRequest): Topic<T, V> {
    const { clock, lingerMs, pollIntervalMs, silenceMs, staleMaxMs, startTimeoutMs } = this.#options;
    const { offersStream, onStreams } = this.#options;
    const { kind } = this.#rules;
    const group = this.#groupOf(request);
    const topic: Topic<T, V> = new Topic<T, V>({
      request,
      reconciler: this.#rules.createReconciler(request),
      openStream: offersStream(request.exchange, kind)
        ? (listener, depth) => this.#rules.openStream(request, listener, depth)
        : null,
      clock,
      lingerMs,
      pollIntervalMs,
      silenceMs,
      patienceMs: staleMaxMs,
      startTimeoutMs,
      onWanting: () => group.wake(topic),
      onEnd: () => {
        this.#topics.delete(key);
        if (topic.hasStream) onStreams(-1);
        group.remove(topic);
        if (group.isEmpty) this.#endGroup(request);
      },
    });
    this.#topics.set(key, topic);
    if (topic.hasStream) onStreams(1);
    group.add(topic);
    return topic;
  }

  #groupOf(request: TopicRequest): PollGroup<T, V> {
    const key = this.#rules.groupOf(request);
    const known = this.#groups.get(key);
    if (known) return known;
    const { clock, random, pollIntervalMs, health } = this.#options;
    const group = new PollGroup<T, V>({
      fetch: (topics, onOutcome) => this.#rules.fetch(topics, 'poll', onOutcome),
      clock,
      random,
      intervalMs: pollIntervalMs,
      onTimeout: (topic, error, askedAt) => this.#onTimeout(topic, error, askedAt),
      onHealth: (error) => health.mark(request.exchange, this.#healthKey(key), error),
    });
    this.#groups.set(key, group);
    return group;
  }

  /**
   * Others of the same kind of market wait behind a call that was not answered for long, each in a poll group of its own: what
   * has had no news since then fails with it, and is not left as it is until its own turn has come.
   */
  #onTimeout({ request: { exchange, symbol } }: Topic<T, V>, error: MarketDataError, askedAt: number): void {
    const { clock, pollIntervalMs } = this.#options;
    if (clock.now() - askedAt < longRounds * pollIntervalMs) return;
    for (const other of this.#topics.values()) {
      const { request, wantsPoll, knownAt } = other;
      if (request.exchange !== exchange || marketKind(request.symbol) !== marketKind(symbol)) continue;
      if (wantsPoll && knownAt < askedAt) other.failFetch(error.withSymbol(request.symbol));
    }
  }

  #healthKey(group: string): string {
    return `${this.#rules.kind} ${group}`;
  }

  #endGroup(request: TopicRequest): void {
    const key = this.#rules.groupOf(request);
    this.#groups.delete(key);
    this.#options.health.forget(request.exchange, this.#healthKey(key));
  }

  async #fetchAlone(topic: Topic<T, V>, origin: Exclude<Origin, 'stream'>): Promise<void> {
    const askedAt = this.#options.clock.now();
    const { depth } = topic;
    await this.#rules.fetch([topic], origin, (_topic, outcome) => {
      if (outcome instanceof MarketDataError) {
        topic.failFetch(outcome);
        if (outcome.code === 'TIMEOUT') this.#onTimeout(topic, outcome, askedAt);
        return;
      }
      topic.takeFetched(outcome, origin, askedAt, depth);
      this.#groups.get(this.#rules.groupOf(topic.request))?.onSuccess();
    });
  }
}

/** The latest value that a topic knows; null where it knows none. */
export function latestValue<T, V>(topic: Topic<T, V>): V | null {
  const events: readonly FeedEvent<V>[] = topic.latest;
  const value = events[0]?.value;
  return value === undefined || value instanceof MarketDataError ? null : value;
}

function toKey(request: TopicRequest): string {
  return `${toMarketKey(request)}\n${request.timeframe ?? ''}`;
}
