import { MarketDataError } from '../../market/errors.ts';
import type { StreamKind } from '../../market/ports/market-streams.ts';
import type { ExchangeHealth } from '../polling/exchange-health.ts';
import type { FeedTiming } from '../polling/feed-timing.ts';
import { PollGroups } from '../polling/poll-groups.ts';
import type { Claim } from '../reconcile/coverage.ts';
import type { CallKind, Reconciler } from '../reconcile/reconciler.ts';
import type { TopicRequest } from '../reconcile/topic-request.ts';
import { FeedSubscription } from '../topics/feed-subscription.ts';
import { hasLapsed } from '../topics/has-lapsed.ts';
import { Topic } from '../topics/topic.ts';
import type { TopicSubscriber } from '../topics/topic-subscriber.ts';
import { type FeedState, toFeedState } from './feed-state.ts';
import type { KindSource } from './kind-source.ts';

export interface LiveKindOptions {
  readonly timing: FeedTiming;
  /** True if a stream can push this kind, now or later. */
  readonly offersStream: (exchange: string, kind: StreamKind) => boolean;
  readonly health: ExchangeHealth;
  /** Called with 1 when a stream has been opened, offered or not, and with -1 when it has been closed. */
  readonly onStreams: (change: 1 | -1) => void;
}

/** What one subscriber wants to receive. */
export interface SubscriberOptions<V, R> {
  /** True if the second value changes nothing for a subscriber that has the first. Without it, every event is sent. */
  readonly isSame?: (taken: V, next: V) => boolean;
  /** Claims what the subscriber wants of each topic, if one subscriber can want more than another. */
  readonly claim?: (reconciler: R) => Claim;
}

/** All topics of one kind of live data. */
export class LiveKind<T, V, R extends Reconciler<T, V>> {
  readonly #source: KindSource<T, V, R>;
  readonly #options: LiveKindOptions;
  readonly #topics = new Map<string, Topic<T, V, R>>();
  readonly #groups: PollGroups<Topic<T, V, R>, T>;

  constructor(source: KindSource<T, V, R>, options: LiveKindOptions) {
    const { health } = options;
    const timing = timingOf(options.timing, source);
    this.#source = source;
    this.#options = { ...options, timing };
    this.#groups = new PollGroups<Topic<T, V, R>, T>({
      kind: source.kind,
      groupOf: (request) => source.groupOf(request),
      fetch: (topics, onOutcome) => source.fetch(topics, 'poll', onOutcome),
      timing,
      health,
    });
  }

  get topics(): Iterable<Topic<T, V, R>> {
    return this.#topics.values();
  }

  get states(): readonly FeedState[] {
    return [...this.#topics.values()].map((topic) => toFeedState(this.#source.kind, topic));
  }

  /** How many poll groups are polling at the moment. */
  get pollCount(): number {
    return this.#groups.pollingCount;
  }

  find(request: TopicRequest): Topic<T, V, R> | undefined {
    return this.#topics.get(toKey(request));
  }

  /** Subscribes to all requested topics. The latest known value of each is sent at once. */
  subscribe(requests: readonly TopicRequest[], { isSame, claim }: SubscriberOptions<V, R> = {}): FeedSubscription<V> {
    const distinct = new Map(requests.map((request) => [toKey(request), request]));
    const claims: Claim[] = [];
    let topics: readonly Topic<T, V, R>[] = [];
    const subscription = new FeedSubscription<V>({
      sources: distinct.size,
      maxWaiting: Math.max(this.#source.maxWaiting, distinct.size),
      ...(isSame ? { isSame } : {}),
      topics: () => topics,
      latest: () => topics.flatMap(({ latest }) => latest),
      isReady: () => topics.some(({ isReady }) => isReady),
      onEnd: () => {
        for (const topic of topics) topic.remove(subscription);
        for (const each of claims) each.release();
      },
    });
    topics = [...distinct.values()].map((request) => {
      const known = this.#findUsable(request);
      const topic = known ?? this.#create(request);
      const claimed = claim?.(topic.reconciler);
      if (claimed) claims.push(claimed);
      this.#join(topic, subscription, known !== undefined, claimed?.isCovered ?? true);
      return topic;
    });
    return subscription;
  }

  /**
   * Adds a subscriber to one topic, which the subscriber must leave. The latest known value is sent at once. `claim`
   * claims what the subscriber wants of the topic.
   */
  join(request: TopicRequest, subscriber: TopicSubscriber<V>, claim?: (reconciler: R) => Claim): Topic<T, V, R> {
    const known = this.#findUsable(request);
    const topic = known ?? this.#create(request);
    const isCovered = claim?.(topic.reconciler).isCovered ?? true;
    this.#join(topic, subscriber, known !== undefined, isCovered);
    return topic;
  }

  /** Claims what a subscriber wants of a topic from now on, and fetches it if that is more than what is known. */
  claim(topic: Topic<T, V, R>, claim: (reconciler: R) => Claim): Claim {
    const claimed = claim(topic.reconciler);
    if (!claimed.isCovered) void this.#fetch(topic, 'fetch');
    return claimed;
  }

  /** Gives a topic a message that a query has fetched at `fetchedAt`, epoch ms. */
  offer(request: TopicRequest, message: T, fetchedAt: number): void {
    const topic = this.find(request);
    topic?.takeFetched(message, 'fetch', fetchedAt);
    if (topic) this.#groups.find(request)?.onSuccess();
  }

  /** Called when the exchange answers again. Some poll groups can still be waiting for their next round. */
  onAnswer(exchange: string): void {
    const requests = [...this.#topics.values()].map(({ request }) => request);
    const groups = requests.filter((each) => each.exchange === exchange).map((each) => this.#groups.of(each));
    for (const group of new Set(groups)) group.onAnswer();
  }

  /** Ends every stream, poll and subscriber. */
  close(): void {
    for (const topic of [...this.#topics.values()]) {
      for (const subscriber of [...topic.subscribers]) void subscriber.return();
      topic.end();
    }
  }

  /**
   * Returns the existing topic. If it has lapsed and only polls keep it up to date, a new topic replaces it, so that a
   * new subscriber does not receive values from before.
   */
  #findUsable(request: TopicRequest): Topic<T, V, R> | undefined {
    const topic = this.find(request);
    if (!topic || topic.hasStream || !hasLapsed(topic)) return topic;
    topic.end();
    return undefined;
  }

  /** Adds a subscriber to a topic, and makes the call that the subscriber needs, if any. */
  #join(topic: Topic<T, V, R>, subscriber: TopicSubscriber<V>, isKnown: boolean, isCovered: boolean): void {
    const isBack = isKnown && !topic.hasSubscribers;
    const isOutOfDate = isKnown && hasLapsed(topic);
    topic.add(subscriber, isOutOfDate);
    const group = this.#groups.of(topic.request);
    if (isOutOfDate) void this.#fetch(topic, 'poll');
    else if (!isKnown || !isCovered || (isBack && !topic.isReady)) void this.#fetch(topic, 'fetch');
    // The polls of a failing topic are far apart, and a new subscriber must not wait for the next one.
    else if (!topic.isReady) group.wake(topic);
    else if (isBack && topic.schedule.isWanted) group.resume();
    // A topic that was just fetched is polled from the next round on.
    if (isBack) group.add(topic);
  }

  #create(request: TopicRequest): Topic<T, V, R> {
    const { timing, offersStream, onStreams } = this.#options;
    const source = this.#source;
    const key = toKey(request);
    const group = this.#groups.of(request);
    const reconciler = source.createReconciler(request);
    const { isStreamOnly = false } = source;
    const opensStream = offersStream(request.exchange, source.kind);
    const topic: Topic<T, V, R> = new Topic<T, V, R>({
      request,
      reconciler,
      openStream: opensStream ? (listener) => source.openStream(request, listener, reconciler) : null,
      isStreamOnly,
      timing,
      onWanted: () => group.wake(topic),
      onEnd: () => {
        this.#topics.delete(key);
        if (opensStream) onStreams(-1);
        this.#groups.remove(topic);
      },
    });
    this.#topics.set(key, topic);
    if (opensStream) onStreams(1);
    group.add(topic);
    return topic;
  }

  async #fetch(topic: Topic<T, V, R>, kind: CallKind): Promise<void> {
    const askedAt = this.#options.timing.clock.now();
    await this.#source.fetch([topic], kind, (_topic, outcome) => {
      if (outcome instanceof MarketDataError) {
        topic.failFetch(outcome);
        if (outcome.code === 'TIMEOUT') this.#groups.onTimeout(topic, outcome, askedAt);
        return;
      }
      topic.takeFetched(outcome, kind, askedAt);
      this.#groups.find(topic.request)?.onSuccess();
    });
  }
}

function timingOf(
  timing: FeedTiming,
  { minPollIntervalMs = 0, isStreamOnly }: Pick<KindSource<never, never, never>, 'minPollIntervalMs' | 'isStreamOnly'>,
): FeedTiming {
  const pollIntervalMs = Math.max(timing.pollIntervalMs, minPollIntervalMs);
  const silenceMs = isStreamOnly ? Number.POSITIVE_INFINITY : Math.max(timing.silenceMs, 2 * minPollIntervalMs);
  return { ...timing, pollIntervalMs, silenceMs };
}

function toKey({ exchange, symbol, timeframe = '', type }: TopicRequest): string {
  return `${exchange}\n${symbol}\n${timeframe}${type ? `\n${type}` : ''}`;
}
