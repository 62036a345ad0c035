import type { Clock } from '../market/clock.ts';
import type { MarketDataError } from '../market/error.ts';
import type { Stream, StreamListener } from '../market/market-streams.ts';
import { Audience } from './audience.ts';
import type { FeedEvent } from './event.ts';
import type { Journal } from './journal.ts';
import { PollPace } from './poll-pace.ts';
import { StreamState } from './stream-state.ts';
import type { FeedSubscription } from './subscription.ts';
import type { TopicRequest } from './topic-request.ts';

export interface TopicOptions<T, V> {
  readonly request: TopicRequest;
  readonly journal: Journal<T, V>;
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
  /** Called when it begins to want polls. */
  readonly onWanting: () => void;
  /** Called when it is over: nobody has listened for the linger time, or there is no such thing. */
  readonly onEnd: () => void;
}

/** So many answers may fail to bring what is missing after it has been waited for long: the first may be late. */
const mostVainAnswers = 2;

/** One kind of live data of one market that somebody listens to, or listened to a moment ago: its subscribers and its stream. */
export class Topic<T, V> {
  readonly request: TopicRequest;
  readonly journal: Journal<T, V>;
  readonly #options: TopicOptions<T, V>;
  readonly #audience = new Audience<V>();
  readonly #pace: PollPace;
  readonly #state: StreamState;
  readonly #stream: Stream | null;
  /** How many answers in a row have not brought what the stream's messages have waited for too long. */
  #vainAnswers = 0;
  #isBehind: boolean;
  /** How many levels were wanted when the latest book was made, and asked for if a call has brought it. */
  #madeForDepth = 0;
  #askedDepth = 0;
  /** Why there will never be anything, once that is known. */
  #verdict: FeedEvent<V> | null = null;
  #hasEnded = false;
  /** True once an answer or the stream has said what there is, if only that there is nothing yet. */
  #isServing = false;
  #cancelLinger = (): void => {};
  #cancelDue = (): void => {};

  constructor(options: TopicOptions<T, V>) {
    this.#options = options;
    this.request = options.request;
    this.journal = options.journal;
    this.#pace = new PollPace(options.clock, options.pollIntervalMs);
    this.#state = new StreamState(options.clock, options.silenceMs);
    this.#isBehind = options.journal.isBehind;
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
    return this.#audience.subscribers;
  }

  /** What a new subscriber is told at once. */
  get latest(): readonly FeedEvent<V>[] {
    return this.#verdict ? [this.#verdict] : this.journal.latest;
  }

  /** Of order books: the most levels of a side that anybody wants. */
  get depth(): number {
    return this.#audience.depth;
  }

  /** Of order books: how many levels of a side the latest was made for. */
  get madeForDepth(): number {
    return this.#madeForDepth;
  }

  /** Of order books: how many levels of a side the call has asked for that brought the latest; 0 where the stream did. */
  get askedDepth(): number {
    return this.#askedDepth;
  }

  get hasStream(): boolean {
    return this.#stream !== null;
  }

  /** True while the stream does not tell all there is to tell. */
  get wantsPoll(): boolean {
    return !this.isStreamed || this.#isHurried;
  }

  /** True while a call would bring something that the stream does not: a deeper book, too. */
  get wantsFetch(): boolean {
    return this.wantsPoll || this.depth > this.#madeForDepth;
  }

  /** True when it is time for the poll that is wanted. */
  get isDue(): boolean {
    return this.wantsPoll && (!this.#state.isQuiet || this.#isHurried || this.#pace.isDue());
  }

  /** True while what was fetched or polled last is as new as the next would be. */
  get isPolled(): boolean {
    return this.#options.clock.now() - this.#pace.answeredAt <= 1.5 * this.#pace.paceMs(this.#state.isQuiet);
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
  get #isHurried(): boolean {
    const { dueAt, isBehind } = this.journal;
    return isBehind || (dueAt !== null && this.#options.clock.now() >= dueAt);
  }

  /** Adds a subscriber, who is told the latest at once. `depth` is how many levels of a book it wants. */
  add(subscriber: FeedSubscription<V>, depth: number): void {
    this.#cancelLinger();
    this.#audience.add(subscriber, depth);
    for (const event of this.latest) subscriber.push(event);
    if (this.#isServing) subscriber.start();
  }

  remove(subscriber: FeedSubscription<V>): void {
    if (!this.#audience.remove(subscriber) || this.#hasEnded || !this.#audience.isEmpty) return;
    this.#cancelLinger = this.#options.clock.after(this.#options.lingerMs, () => this.end());
  }

  /** Takes what a first fetch or a poll brought that was asked at `askedAt`, epoch ms, for so many levels of a book. */
  takeFetched(message: T, origin: 'fetch' | 'poll', askedAt: number, askedDepth: number): void {
    if (this.#hasEnded) return;
    this.#pace.noteAnswer();
    // The stream has spoken meanwhile, and a call answers with what was true before. A book may be deeper, though.
    if (!this.wantsPoll && askedDepth <= this.#madeForDepth) return;
    this.#madeForDepth = askedDepth;
    this.#askedDepth = askedDepth;
    const { events, moved } = this.journal.take(message, origin, askedAt);
    if (origin === 'poll') {
      this.#pace.noteNews(events.length > 0);
      if (moved) this.#state.owe();
    }
    this.#tell(events);
    this.#serve();
    // Answers that never reach what the stream has brought keep it back no longer than failures do.
    this.#vainAnswers = this.#hasWaited(this.#options.patienceMs) ? this.#vainAnswers + 1 : 0;
    if (this.#vainAnswers > mostVainAnswers) this.#tell(this.journal.giveUp());
  }

  /** Takes the failure of a first fetch or a poll. */
  failFetch(error: MarketDataError): void {
    if (this.#hasEnded) return;
    if (error.isFinal && !(error.code === 'NOT_SUPPORTED' && this.#stream)) {
      this.#verdict = { key: this.request.symbol, value: error };
      this.#tell([this.#verdict]);
      this.end();
      for (const subscriber of this.subscribers) subscriber.endSource();
      this.#audience.clear();
      return;
    }
    // An exchange that refuses what is asked serves nothing so old any more.
    const isRefused = error.isFinal || error.code === 'BAD_USER_INPUT';
    const isMissing = this.journal.isBehind || !this.#stream;
    const isInVain = this.#hasWaited(error.retryable ? this.#options.patienceMs : 0);
    if ((isRefused && isMissing) || isInVain) this.#tell(this.journal.giveUp());
    // What the stream tells, or may tell yet, is no worse for a call that cannot be made.
    const maySpeak = this.#stream !== null && !error.retryable && (this.#state.isPending || this.#state.isQuiet);
    if (!this.isStreamed && !maySpeak) this.#tell(this.journal.fail(error));
  }

  #serve(): void {
    this.#isServing = true;
    for (const subscriber of this.subscribers) subscriber.start();
  }

  /** True when the stream's messages have waited so long for what is missing before them. */
  #hasWaited(forMs: number): boolean {
    const { waitingSince } = this.journal;
    return waitingSince !== null && this.#options.clock.now() - waitingSince >= forMs;
  }

  /** Looks whether the stream has fallen silent. */
  checkSilence(): void {
    if (!this.#stream || this.#hasEnded) return;
    const didWant = this.wantsPoll;
    if (!this.#state.check()) return;
    if (!didWant) this.#options.onWanting();
    this.#stream.redial(this.#state.isDeaf);
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
      this.journal.interrupt();
      this.#isBehind = false;
    }
    this.#pace.noteNews(true);
    this.#madeForDepth = this.depth;
    this.#askedDepth = 0;
    this.#tell(this.journal.take(message, 'stream', this.#state.heardAt).events);
  }

  #interrupt(): void {
    if (this.#hasEnded) return;
    const didWant = this.wantsPoll;
    this.#state.interrupt();
    this.journal.interrupt();
    this.#noteBehind();
    // A stream that is dialled in vain again and again must not hurry the polls of an exchange that is down.
    if (!didWant) this.#options.onWanting();
  }

  #tell(events: readonly FeedEvent<V>[]): void {
    for (const event of events) for (const subscriber of this.subscribers) subscriber.push(event);
    this.#noteBehind();
    this.#scheduleDue();
  }

  /** Asks for a poll when something begins to be missing. */
  #noteBehind(): void {
    const { isBehind } = this.journal;
    const begins = isBehind && !this.#isBehind;
    // First, since who is asked for a poll may tell the topic at once that there is none, which leads here again.
    this.#isBehind = isBehind;
    if (begins) this.#options.onWanting();
  }

  #scheduleDue(): void {
    this.#cancelDue();
    const { dueAt } = this.journal;
    const { clock, onWanting } = this.#options;
    if (dueAt === null || this.#hasEnded) return;
    const waitMs = dueAt - clock.now();
    if (waitMs > 0) this.#cancelDue = clock.after(waitMs, onWanting);
  }
}
