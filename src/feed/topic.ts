import type { Clock } from '../market/clock.ts';
import type { MarketDataError } from '../market/error.ts';
import type { Stream, StreamListener } from '../market/market-streams.ts';
import type { FeedEvent } from './event.ts';
import type { Journal } from './journal.ts';
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
  /** How long a stream may say nothing before it is polled beside, in ms. */
  readonly silenceMs: number;
  /** How long to go on trying to fetch what is missing while the stream waits for it, in ms. */
  readonly patienceMs: number;
  /** Called when it begins to want polls. */
  readonly onWanting: () => void;
  /** Called when it is over: nobody has listened for the linger time, or there is no such thing. */
  readonly onEnd: () => void;
}

/** One kind of live data of one market that somebody listens to, or listened to a moment ago: its subscribers and its stream. */
export class Topic<T, V> {
  readonly request: TopicRequest;
  readonly journal: Journal<T, V>;
  readonly #options: TopicOptions<T, V>;
  readonly #subscribers = new Set<FeedSubscription<V>>();
  readonly #stream: Stream | null;
  /** When the stream spoke last, or when it was opened, epoch ms. */
  #heardAt: number;
  #isStreaming = false;
  #isSilent = false;
  /** When a fetch or a poll brought something last, epoch ms. */
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #behindSince: number | null = null;
  #depth = 0;
  #hasEnded = false;
  #cancelLinger = (): void => {};
  #cancelDue = (): void => {};

  constructor(options: TopicOptions<T, V>) {
    this.#options = options;
    this.request = options.request;
    this.journal = options.journal;
    this.#heardAt = options.clock.now();
    if (this.journal.isBehind) this.#behindSince = this.#heardAt;
    this.#stream =
      options.openStream?.(
        { onMessage: (message) => this.#takeStreamed(message), onInterrupted: () => this.#interrupt() },
        () => this.depth,
      ) ?? null;
  }

  get subscribers(): ReadonlySet<FeedSubscription<V>> {
    return this.#subscribers;
  }

  /** Of order books: the most levels of a side that anybody has wanted so far. */
  get depth(): number {
    return this.#depth;
  }

  get hasStream(): boolean {
    return this.#stream !== null;
  }

  /** True while the stream does not tell all there is to tell. */
  get wantsPoll(): boolean {
    const { dueAt, isBehind } = this.journal;
    return !this.isStreamed || isBehind || (dueAt !== null && this.#options.clock.now() >= dueAt);
  }

  /** True while the stream works. */
  get isStreamed(): boolean {
    return this.#isStreaming && !this.#isSilent;
  }

  /** How long ago a fetch or a poll brought something, in ms. */
  get fetchedAgoMs(): number {
    return this.#options.clock.now() - this.#fetchedAt;
  }

  /** Adds a subscriber, who is told the latest at once. `depth` is how many levels of a book it wants. */
  add(subscriber: FeedSubscription<V>, depth: number): void {
    this.#cancelLinger();
    this.#subscribers.add(subscriber);
    this.#depth = Math.max(this.#depth, depth);
    for (const event of this.journal.latest) subscriber.push(event);
  }

  remove(subscriber: FeedSubscription<V>): void {
    if (!this.#subscribers.delete(subscriber) || this.#subscribers.size > 0 || this.#hasEnded) return;
    this.#cancelLinger = this.#options.clock.after(this.#options.lingerMs, () => this.end());
  }

  /** Takes what a first fetch or a poll brought that was asked at `askedAt`, epoch ms. */
  takeFetched(message: T, origin: 'fetch' | 'poll', askedAt: number): void {
    if (this.#hasEnded) return;
    this.#fetchedAt = this.#options.clock.now();
    // The stream has spoken meanwhile, and a call answers with what was true before.
    if (!this.wantsPoll) return;
    const { events, moved } = this.journal.take(message, origin, askedAt);
    // The exchange trades and the stream has not said so.
    if (moved && origin === 'poll' && this.#isSilent) this.#stream?.redial(true);
    this.#tell(events);
  }

  /** Takes the failure of a first fetch or a poll. */
  failFetch(error: MarketDataError): void {
    if (this.#hasEnded) return;
    if (error.isFinal && !(error.code === 'NOT_SUPPORTED' && this.#stream)) {
      this.#tell([{ key: this.request.symbol, value: error }]);
      this.end();
      for (const subscriber of this.#subscribers) subscriber.endSource();
      this.#subscribers.clear();
      return;
    }
    const { clock, patienceMs } = this.#options;
    // An exchange that refuses what is asked serves nothing so old any more.
    const isOutOfReach = error.isFinal || error.code === 'BAD_USER_INPUT';
    const hasTried = this.#behindSince !== null && clock.now() - this.#behindSince >= patienceMs;
    if (isOutOfReach || hasTried) this.#tell(this.journal.giveUp());
    // What the stream tells is no worse for a poll that fails.
    if (!this.isStreamed) this.#tell(this.journal.fail(error));
  }

  /** Looks whether the stream has fallen silent. */
  checkSilence(): void {
    const { clock, silenceMs, onWanting } = this.#options;
    if (!this.#stream || this.#hasEnded || clock.now() - this.#heardAt < silenceMs) return;
    if (!this.#isSilent) {
      this.#isSilent = true;
      onWanting();
    }
    this.#stream.redial(false);
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
    // What came between the last poll and this is missing.
    if (!this.isStreamed) this.journal.interrupt();
    this.#heardAt = this.#options.clock.now();
    this.#isStreaming = true;
    this.#isSilent = false;
    this.#tell(this.journal.take(message, 'stream', this.#heardAt).events);
  }

  #interrupt(): void {
    if (this.#hasEnded) return;
    const didWant = this.wantsPoll;
    this.#isStreaming = false;
    this.journal.interrupt();
    this.#noteBehind();
    // A stream that is dialled in vain again and again must not hurry the polls of an exchange that is down.
    if (!didWant) this.#options.onWanting();
  }

  #tell(events: readonly FeedEvent<V>[]): void {
    for (const event of events) for (const subscriber of this.#subscribers) subscriber.push(event);
    this.#noteBehind();
    this.#scheduleDue();
  }

  #noteBehind(): void {
    const { isBehind } = this.journal;
    if (isBehind && this.#behindSince === null) {
      this.#behindSince = this.#options.clock.now();
      this.#options.onWanting();
    } else if (!isBehind) this.#behindSince = null;
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
