import type { MarketDataError } from '../../market/errors.ts';
import { toMarketKey } from '../../market/market-ref.ts';
import { isStale } from '../../market/model/staleness.ts';
import type { Stream, StreamListener } from '../../market/ports/market-streams.ts';
import type { FeedTiming } from '../polling/feed-timing.ts';
import { PollSchedule } from '../polling/poll-schedule.ts';
import type { Polled } from '../polling/polled.ts';
import type { FeedEvent } from '../reconcile/feed-event.ts';
import type { CallKind, Reconciler } from '../reconcile/reconciler.ts';
import type { TopicRequest } from '../reconcile/topic-request.ts';
import { GapDeadline } from './gap-deadline.ts';
import { StreamState } from './stream-state.ts';
import { Subscribers } from './subscribers.ts';
import type { TopicSubscriber } from './topic-subscriber.ts';

export interface TopicOptions<T, R> {
  readonly request: TopicRequest;
  readonly reconciler: R;
  /** Opens the stream; null if there is none. */
  readonly openStream: ((listener: StreamListener<T>) => Stream) | null;
  /** True if nothing but the stream brings the data. */
  readonly isStreamOnly?: boolean;
  readonly timing: Omit<FeedTiming, 'random'>;
  /** Called when the topic begins to need polls. */
  readonly onWanted: () => void;
  /** Called when the topic has ended: it had no subscribers for the linger time, or the market does not exist. */
  readonly onEnd: () => void;
}

/** What a schedule is told of a stream whose data no poll would bring. */
const neverPolled = { works: true, isSilent: false };

/**
 * One kind of live data of one market, while it has subscribers and for a short time afterwards.
 *
 * Data arrives by a stream, by polls, or by both, and each can fail without the other. The topic keeps one stream and
 * one poll for all its subscribers, gives the messages of both to its reconciler, and sends the resulting events.
 * Without it, each subscriber would open its own stream and make its own calls, and nothing would decide what a failure
 * means: while the stream works, a failed poll must not mark prices as stale; while neither works, subscribers must
 * learn that.
 *
 * States:
 * - ready: subscribers have the latest value, or the market has nothing to send.
 * - with a gap: something is missing. Messages of the stream wait for a call, until `GapDeadline` gives up.
 * - failing: neither stream nor calls work, and the reconciler has an error.
 * - lingering: the last subscriber has left. Polls stop, and the stream continues, so that a client that reconnects
 *   finds the topic up to date.
 * - ended: after the linger time, or at once after a final error, for example because the market does not exist.
 */
export class Topic<T, V, R extends Reconciler<T, V> = Reconciler<T, V>> implements Polled<T> {
  readonly request: TopicRequest;
  readonly key: string;
  readonly reconciler: R;
  readonly schedule: PollSchedule;
  readonly subscribers: Subscribers<T, V>;
  readonly #options: TopicOptions<T, R>;
  readonly #streamState: StreamState;
  readonly #stream: Stream | null;
  readonly #gapDeadline: GapDeadline;
  /** True if the stream has said that it will never bring this data. */
  #isRefused = false;
  #hasEnded = false;
  #cancelLinger = (): void => {};

  constructor(options: TopicOptions<T, R>) {
    const { request, reconciler, openStream, isStreamOnly = false, timing, onWanted } = options;
    const stream = new StreamState(timing.clock, timing.silenceMs);
    const subscribers = new Subscribers<T, V>(reconciler);
    this.#options = options;
    this.request = request;
    this.key = toMarketKey(request);
    this.reconciler = reconciler;
    this.subscribers = subscribers;
    this.#streamState = stream;
    const polled = isStreamOnly ? neverPolled : stream;
    this.schedule = new PollSchedule({ timing, stream: polled, subscribers, needs: reconciler, onWanted });
    this.#gapDeadline = new GapDeadline({ timing, gap: reconciler, stream, subscribers });
    this.#stream =
      openStream?.({
        ...(reconciler.open ? { onOpen: () => this.#open() } : {}),
        onMessage: (message, isFirst) => this.#takeStreamed(message, isFirst),
        onInterrupted: (error) => this.#interrupt(error),
      }) ?? null;
    if (this.#stream) stream.follow(this.#stream);
  }

  get hasSubscribers(): boolean {
    return this.subscribers.size > 0;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** True if there is a stream that can push data at the moment. */
  get hasStream(): boolean {
    return this.#streamState.isOffered;
  }

  get error(): MarketDataError | null {
    return this.reconciler.error;
  }

  /** The events that a new subscriber receives at once. */
  get latest(): readonly FeedEvent<V>[] {
    return this.#hasEnded || this.subscribers.isDeferring ? [] : this.reconciler.latest;
  }

  /** True if a new subscriber receives something at once, or as soon as the market moves. */
  get isReady(): boolean {
    return !this.#hasEnded && !this.subscribers.isDeferring && this.reconciler.isReady;
  }

  /** True while stream or polls keep the latest value up to date. */
  get isCurrent(): boolean {
    return this.#options.isStreamOnly ? this.isReady : this.#streamState.works || this.schedule.isCurrent;
  }

  /** True while the value that subscribers have is marked stale, or no data is available. */
  get isStale(): boolean {
    return this.reconciler.error !== null || this.reconciler.latest.some(({ value }) => isStale(value));
  }

  /** True while a call would bring subscribers data that the stream does not send. */
  get wantsFetch(): boolean {
    return this.hasSubscribers && (this.schedule.isWanted || (this.reconciler.coverage?.isLacking ?? false));
  }

  get knownAt(): number {
    const { heardAt } = this.#streamState;
    if (!this.#options.isStreamOnly) return Math.max(this.schedule.answeredAt, heardAt);
    // While the stream is open, there is nothing that it has not sent.
    return this.isReady ? this.#options.timing.clock.now() : Math.max(heardAt, this.reconciler.waitingSince ?? heardAt);
  }

  /** Adds a subscriber. It receives the latest value at once or, with `isDeferred`, once the value is up to date. */
  add(subscriber: TopicSubscriber<V>, isDeferred = false): void {
    this.#cancelLinger();
    this.subscribers.add(subscriber, isDeferred);
    const { error } = this.reconciler;
    if (this.subscribers.isDeferring || this.isReady || !error || error.isFinal) return;
    subscriber.onFailure(this.subscribers, error, !this.hasStream && !error.retryable);
  }

  remove(subscriber: TopicSubscriber<V>): void {
    if (!this.subscribers.remove(subscriber) || this.#hasEnded || this.hasSubscribers) return;
    const { clock, lingerMs } = this.#options.timing;
    this.#cancelLinger = clock.after(lingerMs, () => this.end());
  }

  takeFetched(message: T, kind: CallKind, askedAt: number): void {
    if (this.#hasEnded) return;
    this.schedule.onAnswer();
    // The stream has sent newer data meanwhile. The answer is only used if it covers more of the market.
    if (!this.schedule.isWanted && !this.reconciler.coverage?.isWidenedBy(message)) return;
    const { events, marketMoved } = this.reconciler.take(message, kind, askedAt);
    if (kind === 'poll') {
      this.schedule.onResult(events.length > 0);
      if (marketMoved) this.#streamState.expect();
    }
    this.#send(events);
    if (this.#gapDeadline.endsWithAnswer()) this.#send(this.reconciler.giveUp());
  }

  failFetch(error: MarketDataError): void {
    if (this.#hasEnded) return;
    if (error.isFinal && !(error.code === 'NOT_SUPPORTED' && this.hasStream && !this.#isRefused)) {
      this.#endWith(error);
      return;
    }
    if (this.#gapDeadline.endsWithFailure(error)) this.#send(this.reconciler.giveUp());
    if (this.#isFailing(error)) this.#send(this.reconciler.fail(error));
    else if (this.subscribers.isDeferring) this.#send([]);
    // If the exchange has no such call, this does not explain why the stream has sent nothing.
    if (error.isFinal) return;
    const waitMs = error.details.retryAfterMs ?? 0;
    const isHopeless = !this.hasStream && (!error.retryable || waitMs > this.#options.timing.startTimeoutMs);
    this.subscribers.onFailure(error, isHopeless);
  }

  checkSilence(): void {
    if (this.#hasEnded) return;
    const wasWanted = this.schedule.isWanted;
    if (!this.#streamState.check()) return;
    if (!wasWanted) this.#options.onWanted();
    this.#stream?.redial(this.#streamState.isUnresponsive);
  }

  /** Ends the stream and calls `onEnd`. Does not end the subscribers. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#cancelLinger();
    this.schedule.stop();
    this.#stream?.close();
    this.#options.onEnd();
  }

  /**
   * True if neither calls nor the stream work. A pending or silent stream does not fail because a call is not
   * supported.
   */
  #isFailing({ retryable }: MarketDataError): boolean {
    const { works, maySpeak } = this.#streamState;
    const isUnsupported = !retryable && this.schedule.answeredAt === Number.NEGATIVE_INFINITY;
    return !works && !(isUnsupported && maySpeak);
  }

  #takeStreamed(message: T, isFirst: boolean): void {
    if (this.#hasEnded) return;
    this.#isRefused = false;
    if (this.#streamState.hear(isFirst)) {
      // Data between the last poll and this message may be missing.
      this.reconciler.interrupt();
      this.schedule.onNewGap();
    }
    this.schedule.onResult(true);
    this.#send(this.reconciler.take(message, 'stream', this.#streamState.heardAt).events);
  }

  /** Ends the topic and all its subscribers. */
  #endWith(error: MarketDataError): void {
    this.#send(this.reconciler.fail(error));
    this.end();
    this.subscribers.end(error);
  }

  #open(): void {
    if (this.#hasEnded) return;
    this.reconciler.open?.();
    this.#send([]);
  }

  #interrupt(error: MarketDataError): void {
    if (this.#hasEnded) return;
    const wasWanted = this.schedule.isWanted;
    const isWithdrawn = this.#streamState.interrupt();
    this.#isRefused = error.isFinal;
    this.reconciler.interrupt();
    if (this.#options.isStreamOnly) {
      if (error.retryable) this.failFetch(error);
      else this.#endWith(error);
      return;
    }
    this.schedule.checkGap();
    // A stream that repeatedly fails to connect must not speed up the polls of an exchange that is down.
    if (!wasWanted || isWithdrawn) this.#options.onWanted();
  }

  #send(events: readonly FeedEvent<V>[]): void {
    this.subscribers.send(events);
    this.schedule.update();
  }
}
