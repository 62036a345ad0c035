import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';
import type { Stream, StreamListener } from '../../market/ports/market-streams.ts';
import { PollPace } from '../polling/poll-pace.ts';
import type { FeedEvent } from '../reconcile/feed-event.ts';
import type { Reconciler } from '../reconcile/reconciler.ts';
import type { TopicRequest } from '../reconcile/topic-request.ts';
import type { FeedSubscription } from './feed-subscription.ts';
import { GapDeadline } from './gap-deadline.ts';
import { StreamState } from './stream-state.ts';
import { Subscribers } from './subscribers.ts';

export interface TopicOptions<T, V> {
  readonly request: TopicRequest;
  readonly reconciler: Reconciler<T, V>;
  /** Opens the exchange's stream; null where it has none. */
  readonly openStream: ((listener: StreamListener<T>, depth: () => number) => Stream) | null;
  readonly clock: Clock;
  /** How long it outlives its last subscriber, in ms. */
  readonly lingerMs: number;
  readonly pollIntervalMs: number;
  /** How long a stream may say nothing before it is polled beside, in ms. */
  readonly silenceMs: number;
  /** How long the stream's messages wait for a fetch of what is missing before them, in ms. */
  readonly patienceMs: number;
  /** How long a subscriber may wait for its first event, in ms. */
  readonly startTimeoutMs: number;
  /** Called when it begins to want polls. */
  readonly onWanting: () => void;
  /** Called when it is over: nobody has listened for the linger time, or there is no such thing. */
  readonly onEnd: () => void;
}

/** One kind of live data of one market that somebody listens to, or listened to a moment ago: its subscribers and its stream. */
export class Topic<T, V> {
  readonly request: TopicRequest;
  readonly reconciler: Reconciler<T, V>;
  readonly #options: TopicOptions<T, V>;
  readonly #subscribers = new Subscribers<V>();
  readonly #pace: PollPace;
  readonly #state: StreamState;
  readonly #stream: Stream | null;
  readonly #gapDeadline: GapDeadline;
  #isBehind: boolean;
  /** How many levels were wanted when the latest book was made, and asked for if a call has brought it. */
  #madeForDepth = 0;
  #askedDepth = 0;
  #hasEnded = false;
  /** True while subscribers wait for the latest, since it was out of date when they came. */
  #isWithholding = false;
  #cancelLinger = (): void => {};
  #cancelDue = (): void => {};

  constructor(options: TopicOptions<T, V>) {
    this.#options = options;
    this.request = options.request;
    this.reconciler = options.reconciler;
    this.#pace = new PollPace(options.clock, options.pollIntervalMs);
    this.#state = new StreamState(options.clock, options.silenceMs);
    this.#gapDeadline = new GapDeadline(options);
    this.#isBehind = options.reconciler.isBehind;
    this.#stream =
      options.openStream?.(
        {
          onMessage: (message, isFirst) => this.#takeStreamed(message, isFirst),
          onInterrupted: () => this.#interrupt(),
        },
        () => this.depth,
      ) ?? null;
  }

  get subscribers(): Iterable<FeedSubscription<V>> {
    return this.#subscribers.subscribers;
  }

  /** What a new subscriber receives at once. */
  get latest(): readonly FeedEvent<V>[] {
    return this.#hasEnded || this.#isWithholding ? [] : this.reconciler.latest;
  }

  /** True while a new subscriber receives something at once, or as soon as there is something. */
  get isServing(): boolean {
    return !this.#hasEnded && !this.#isWithholding && this.reconciler.isServing;
  }

  /** Of order books: the most levels of a side that anybody wants. */
  get depth(): number {
    return this.#subscribers.depth;
  }

  /** Of order books: how many levels of a side the latest was made for. */
  get madeForDepth(): number {
    return this.#madeForDepth;
  }

  /** Of order books: how many levels of a side the call has asked for that brought the latest; 0 where the stream did. */
  get askedDepth(): number {
    return this.#askedDepth;
  }

  get hasSubscribers(): boolean {
    return !this.#subscribers.isEmpty;
  }

  /** True when nobody listens, and neither a stream nor a poll has kept up to date what is known. */
  get isUnattended(): boolean {
    const isKnown = this.#pace.answeredAt !== Number.NEGATIVE_INFINITY || this.reconciler.latest.length > 0;
    return isKnown && !this.hasSubscribers && !this.isStreamed && !this.isPolled;
  }

  get hasStream(): boolean {
    return this.#stream !== null;
  }

  /** True while the stream does not tell all there is to tell. */
  get wantsPoll(): boolean {
    return !this.isStreamed || this.#isUrgent;
  }

  /** True while a call would bring subscribers something that the stream does not: a deeper book, too. */
  get wantsFetch(): boolean {
    return this.hasSubscribers && (this.wantsPoll || this.depth > this.#madeForDepth);
  }

  /** True when a subscriber would miss something without polls. A topic without subscribers is not polled. */
  get needsPolls(): boolean {
    return this.hasSubscribers && this.wantsPoll;
  }

  /** True when it is time for the poll that is needed. */
  get isDue(): boolean {
    return this.needsPolls && (!this.#state.isSilent || this.#isUrgent || this.#pace.isDue());
  }

  /** True while what was fetched or polled last is as new as the next would be. */
  get isPolled(): boolean {
    return this.#options.clock.now() - this.#pace.answeredAt <= 1.5 * this.#pace.paceMs(this.#state.isSilent);
  }

  /** True while the stream works. */
  get isStreamed(): boolean {
    return this.#stream !== null && this.#state.works;
  }

  /** When anything came of it last, epoch ms. */
  get knownAt(): number {
    return Math.max(this.#pace.answeredAt, this.#state.heardAt);
  }

  /** True when something is missing, or due. */
  get #isUrgent(): boolean {
    const { dueAt, isBehind } = this.reconciler;
    return isBehind || (dueAt !== null && this.#options.clock.now() >= dueAt);
  }

  /**
   * Adds a subscriber, which receives the latest at once; where what is known `isOutdated`, once a call or the stream has
   * brought it up to date. `depth` is how many levels of a book it wants.
   */
  add(subscriber: FeedSubscription<V>, depth: number, isOutdated = false): void {
    this.#cancelLinger();
    this.#subscribers.add(subscriber, depth);
    if (isOutdated) this.#isWithholding = true;
    if (this.#isWithholding) return;
    for (const event of this.latest) subscriber.push(event);
    const { error } = this.reconciler;
    if (this.isServing) subscriber.start();
    else if (error && !error.isFinal) subscriber.onFailure(this, error, !this.#stream && !error.retryable);
  }

  remove(subscriber: FeedSubscription<V>): void {
    if (!this.#subscribers.remove(subscriber) || this.#hasEnded || !this.#subscribers.isEmpty) return;
    this.#cancelLinger = this.#options.clock.after(this.#options.lingerMs, () => this.end());
  }

  /** Takes what a first fetch or a poll brought that was asked at `askedAt`, epoch ms, for so many levels of a book. */
  takeFetched(message: T, origin: 'fetch' | 'poll', askedAt: number, askedDepth: number): void {
    if (this.#hasEnded) return;
    this.#pace.onAnswer();
    // The stream has spoken meanwhile, and a call answers with what was true before. A book may be deeper, though.
    if (!this.wantsPoll && askedDepth <= this.#madeForDepth) return;
    this.#madeForDepth = askedDepth;
    this.#askedDepth = askedDepth;
    const { events, moved } = this.reconciler.take(message, origin, askedAt);
    if (origin === 'poll') {
      this.#pace.onNews(events.length > 0);
      if (moved) this.#state.expect();
    }
    this.#tell(events);
    if (this.#gapDeadline.endsWithAnswer(this.reconciler.waitingSince)) this.#tell(this.reconciler.giveUp());
  }

  /** Takes the failure of a first fetch or a poll. */
  failFetch(error: MarketDataError): void {
    if (this.#hasEnded) return;
    if (error.isFinal && !(error.code === 'NOT_SUPPORTED' && this.#stream)) {
      this.#tell(this.reconciler.fail(error));
      this.end();
      for (const subscriber of this.subscribers) subscriber.endSource(this, error, this.#gapDeadline.hasServed);
      this.#subscribers.clear();
      return;
    }
    // An exchange that refuses what is asked serves nothing so old any more.
    const isRefused = error.isFinal || error.code === 'BAD_USER_INPUT';
    const isMissing = this.reconciler.isBehind || !this.#stream;
    const isInVain = this.#gapDeadline.endsWithFailure(this.reconciler.waitingSince, error);
    if ((isRefused && isMissing) || isInVain) this.#tell(this.reconciler.giveUp());
    // What the stream tells, or may tell yet, is no worse for a call that could never be made.
    const isUnsupported = !error.retryable && this.#pace.answeredAt === Number.NEGATIVE_INFINITY;
    const maySpeak = this.#stream !== null && isUnsupported && (this.#state.isPending || this.#state.isSilent);
    if (!this.isStreamed && !maySpeak) this.#tell(this.reconciler.fail(error));
    else if (this.#isWithholding) this.#tell([]);
    // That there is no such call does not say why the stream has brought nothing.
    if (error.isFinal) return;
    const waitMs = error.details.retryAfterMs ?? 0;
    const isHopeless = !this.#stream && (!error.retryable || waitMs > this.#options.startTimeoutMs);
    for (const subscriber of this.subscribers) subscriber.onFailure(this, error, isHopeless);
  }

  /** Looks whether the stream has fallen silent. */
  checkSilence(): void {
    if (!this.#stream || this.#hasEnded) return;
    const didWant = this.wantsPoll;
    if (!this.#state.check()) return;
    if (!didWant) this.#options.onWanting();
    this.#stream.redial(this.#state.isUnresponsive);
  }

  /** Ends the stream, and for `onEnd` the topic. Subscribers are left as they are. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#cancelLinger();
    this.#cancelDue();
    this.#stream?.close();
    this.#options.onEnd();
  }

  #takeStreamed(message: T, isFirst: boolean): void {
    if (this.#hasEnded) return;
    if (this.#state.hear(isFirst)) {
      // What came between the last poll and this is missing.
      this.reconciler.interrupt();
      this.#isBehind = false;
    }
    this.#pace.onNews(true);
    this.#madeForDepth = this.depth;
    this.#askedDepth = 0;
    this.#tell(this.reconciler.take(message, 'stream', this.#state.heardAt).events);
  }

  #interrupt(): void {
    if (this.#hasEnded) return;
    const didWant = this.wantsPoll;
    this.#state.interrupt();
    this.reconciler.interrupt();
    this.#checkBehind();
    // A stream that is dialled in vain again and again must not hurry the polls of an exchange that is down.
    if (!didWant) this.#options.onWanting();
  }

  #tell(events: readonly FeedEvent<V>[]): void {
    for (const event of [...events, ...this.#takeWithheld(events)]) {
      for (const subscriber of this.subscribers) subscriber.push(event);
    }
    if (this.isServing) this.#serve();
    this.#checkBehind();
    this.#scheduleDue();
  }

  /** The latest, for subscribers that wait for it, once it is up to date or marked stale; without what is told anyway. */
  #takeWithheld(told: readonly FeedEvent<V>[]): readonly FeedEvent<V>[] {
    const { isBehind, error } = this.reconciler;
    if (!this.#isWithholding || (isBehind && error === null)) return [];
    this.#isWithholding = false;
    return this.latest.filter(({ value }) => !told.some((event) => event.value === value));
  }

  #serve(): void {
    this.#gapDeadline.hasServed = true;
    for (const subscriber of this.subscribers) subscriber.start();
  }

  /** Asks for a poll when something begins to be missing. */
  #checkBehind(): void {
    const { isBehind } = this.reconciler;
    const begins = isBehind && !this.#isBehind;
    // First, since who is asked for a poll may tell the topic at once that there is none, which leads here again.
    this.#isBehind = isBehind;
    if (begins) this.#options.onWanting();
  }

  #scheduleDue(): void {
    this.#cancelDue();
    const { dueAt } = this.reconciler;
    const { clock, onWanting } = this.#options;
    if (dueAt === null || this.#hasEnded) return;
    const waitMs = dueAt - clock.now();
    if (waitMs > 0) this.#cancelDue = clock.after(waitMs, onWanting);
  }
}
