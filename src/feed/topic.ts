import type { Clock } from '../market/clock.ts';
import type { MarketDataError } from '../market/error.ts';
import type { Stream, StreamListener } from '../market/market-streams.ts';
import type { FeedEvent } from './event.ts';
import type { Journal } from './journal.ts';
import { StreamState } from './stream-state.ts';
import type { FeedSubscription } from './subscription.ts';

/** What is listened to. */
export interface TopicRequest {
  readonly exchange: string;
  readonly symbol: string;
  /** Of candles. */
  readonly timeframe?: string;
}

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
  /** How long to go on trying to fetch what is missing while the stream waits for it, in ms. */
  readonly patienceMs: number;
  /** Called when it begins to want polls. */
  readonly onWanting: () => void;
  /** Called when it is over: nobody has listened for the linger time, or there is no such thing. */
  readonly onEnd: () => void;
}

/** A quiet market whose stream is connected is polled at most so many times more slowly than others. */
const slowestPace = 5;

/** One kind of live data of one market that somebody listens to, or listened to a moment ago: its subscribers and its stream. */
export class Topic<T, V> {
  readonly request: TopicRequest;
  readonly journal: Journal<T, V>;
  readonly #options: TopicOptions<T, V>;
  /** With the number of levels of a book that each wants. */
  readonly #subscribers = new Map<FeedSubscription<V>, number>();
  readonly #state: StreamState;
  readonly #stream: Stream | null;
  /** When a fetch or a poll brought something last, epoch ms. */
  #fetchedAt = Number.NEGATIVE_INFINITY;
  /** How many polls in a row have brought nothing new. */
  #idlePolls = 0;
  #isBehind: boolean;
  #depth = 0;
  /** How many levels were wanted when the latest book was made. */
  #madeForDepth = 0;
  /** Why there will never be anything, once that is known. */
  #verdict: FeedEvent<V> | null = null;
  #hasEnded = false;
  #cancelLinger = (): void => {};
  #cancelDue = (): void => {};

  constructor(options: TopicOptions<T, V>) {
    this.#options = options;
    this.request = options.request;
    this.journal = options.journal;
    this.#state = new StreamState(options.clock, options.silenceMs);
    this.#isBehind = options.journal.isBehind;
    this.#stream =
      options.openStream?.(
        {
          onMessage: (message) => this.#takeStreamed(message),
          onInterrupted: () => this.#interrupt(),
        },
        () => this.depth,
      ) ?? null;
  }

  get subscribers(): Iterable<FeedSubscription<V>> {
    return this.#subscribers.keys();
  }

  /** What a new subscriber is told at once. */
  get latest(): readonly FeedEvent<V>[] {
    return this.#verdict ? [this.#verdict] : this.journal.latest;
  }

  /** Of order books: the most levels of a side that anybody wants. */
  get depth(): number {
    return this.#depth;
  }

  /** Of order books: how many levels of a side the latest was made for. */
  get madeForDepth(): number {
    return this.#madeForDepth;
  }

  get hasStream(): boolean {
    return this.#stream !== null;
  }

  /** True while the stream does not tell all there is to tell. */
  get wantsPoll(): boolean {
    return !this.isStreamed || this.#isHurried;
  }

  /** True when it is time for the poll that is wanted. */
  get isDue(): boolean {
    if (!this.wantsPoll) return false;
    // A round begins a little sooner or later than the one before.
    return !this.#state.isQuiet || this.#isHurried || this.fetchedAgoMs >= this.pollPaceMs * 0.9;
  }

  /** How far apart polls that bring nothing new are, in ms. */
  get pollPaceMs(): number {
    const { pollIntervalMs } = this.#options;
    return this.#state.isQuiet ? pollIntervalMs * Math.min(slowestPace, 2 ** this.#idlePolls) : pollIntervalMs;
  }

  /** True while the stream works. */
  get isStreamed(): boolean {
    return this.#stream !== null && this.#state.works;
  }

  /** How long ago a fetch or a poll brought something, in ms. */
  get fetchedAgoMs(): number {
    return this.#options.clock.now() - this.#fetchedAt;
  }

  /** When anything came of it last, epoch ms. */
  get knownAt(): number {
    return Math.max(this.#fetchedAt, this.#state.heardAt);
  }

  /** True when something is missing, or due. */
  get #isHurried(): boolean {
    const { dueAt, isBehind } = this.journal;
    return isBehind || (dueAt !== null && this.#options.clock.now() >= dueAt);
  }

  /** Adds a subscriber, who is told the latest at once. `depth` is how many levels of a book it wants. */
  add(subscriber: FeedSubscription<V>, depth: number): void {
    this.#cancelLinger();
    this.#subscribers.set(subscriber, depth);
    this.#depth = this.#subscribers.size === 1 ? depth : Math.max(this.#depth, depth);
    for (const event of this.latest) subscriber.push(event);
  }

  remove(subscriber: FeedSubscription<V>): void {
    const depth = this.#subscribers.get(subscriber);
    if (!this.#subscribers.delete(subscriber) || this.#hasEnded) return;
    if (this.#subscribers.size === 0) {
      this.#cancelLinger = this.#options.clock.after(this.#options.lingerMs, () => this.end());
    } else if (depth === this.#depth && depth > 0) {
      this.#depth = [...this.#subscribers.values()].reduce((most, each) => Math.max(most, each), 0);
    }
  }

  /** Takes what a first fetch or a poll brought that was asked at `askedAt`, epoch ms. */
  takeFetched(message: T, origin: 'fetch' | 'poll', askedAt: number): void {
    if (this.#hasEnded) return;
    this.#fetchedAt = this.#options.clock.now();
    // The stream has spoken meanwhile, and a call answers with what was true before. A book may be deeper, though.
    if (!this.wantsPoll && this.#depth <= this.#madeForDepth) return;
    this.#madeForDepth = this.#depth;
    const { events, moved } = this.journal.take(message, origin, askedAt);
    if (origin === 'poll') {
      this.#idlePolls = events.length > 0 ? 0 : this.#idlePolls + 1;
      if (moved) this.#state.owe();
    }
    this.#tell(events);
  }

  /** Takes the failure of a first fetch or a poll. */
  failFetch(error: MarketDataError): void {
    if (this.#hasEnded) return;
    if (error.isFinal && !(error.code === 'NOT_SUPPORTED' && this.#stream)) {
      this.#verdict = { key: this.request.symbol, value: error };
      this.#tell([this.#verdict]);
      this.end();
      for (const subscriber of this.subscribers) subscriber.endSource();
      this.#subscribers.clear();
      return;
    }
    const { clock, patienceMs } = this.#options;
    const { waitingSince } = this.journal;
    // An exchange that refuses what is asked serves nothing so old any more.
    const isRefused = error.isFinal || error.code === 'BAD_USER_INPUT';
    const hasTried = waitingSince !== null && clock.now() - waitingSince >= patienceMs;
    const isInVain = hasTried || (waitingSince !== null && !error.retryable);
    if (isRefused || isInVain) this.#tell(this.journal.giveUp());
    // What the stream tells, or is about to, is no worse for a call that cannot be made.
    const maySpeak = this.#stream !== null && this.#state.isPending && !error.retryable;
    if (!this.isStreamed && !maySpeak) this.#tell(this.journal.fail(error));
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

  #takeStreamed(message: T): void {
    if (this.#hasEnded) return;
    if (this.#state.hear()) {
      // What came between the last poll and this is missing.
      this.journal.interrupt();
      this.#isBehind = false;
    }
    this.#idlePolls = 0;
    this.#madeForDepth = this.#depth;
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
    if (isBehind && !this.#isBehind) this.#options.onWanting();
    this.#isBehind = isBehind;
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
