import type { Clock } from '../../base/clock.ts';
import { MarketDataError, toMarketDataError } from '../../market/errors.ts';
import type { Stream, StreamListener } from '../../market/ports/market-streams.ts';
import type { FeedEvent } from '../reconcile/feed-event.ts';
import type { TopicSubscriber } from '../topics/topic-subscriber.ts';
import { isUpToDate, type ReadableTopic } from './up-to-date.ts';

/** A topic that a relay has joined. */
export interface JoinedTopic<V> {
  readonly topic: ReadableTopic<V>;
  leave(): void;
}

export interface TopicRelayOptions<V, M> {
  /** Adds the subscriber to the topic. Throws if the feeds have ended. */
  readonly join: (subscriber: TopicSubscriber<V>) => JoinedTopic<V>;
  readonly toMessage: (value: V) => M;
  /** The message that says that nothing has changed since the latest value; null if there is none without a value. */
  readonly toConfirmation: (latest: V | undefined) => M | null;
  readonly listener: StreamListener<M>;
  readonly clock: Clock;
}

/** How long to wait before a topic that has ended is joined again, in ms. */
const rejoinMs = 30_000;

/**
 * One topic of this instance as a stream, for another instance. It subscribes to the topic, so the topic lives while the
 * stream is open.
 *
 * The events of the topic become messages, in order. What the topic knows about itself has to reach the other side too,
 * or a price of yesterday would pass there for today's: if the topic fails, the listener is interrupted once, after the
 * last value marked stale. When it works again, a message follows, even if nothing has changed. If the topic has lost
 * something that no call brings, the next message counts as the first one of a connection, so that the other side finds
 * its own gap.
 *
 * Nothing is sent before `open` has returned to its caller.
 */
export class TopicRelay<V, M> implements TopicSubscriber<V>, Stream {
  readonly #options: TopicRelayOptions<V, M>;
  #joined: JoinedTopic<V> | null = null;
  /** The events that come while the topic is being joined. */
  #early: FeedEvent<V>[] = [];
  /** True until the topic has sent something that can follow on what was sent before. */
  #isFirst = true;
  #isInterrupted = false;
  #isClosed = false;
  #cancelRejoin = (): void => {};

  constructor(options: TopicRelayOptions<V, M>) {
    this.#options = options;
    queueMicrotask(() => this.#join());
  }

  /** Sends what is known once more, if it is up to date. */
  redial(missed: boolean): void {
    if (missed) this.#isFirst = true;
    this.#confirm();
  }

  close(): void {
    this.#isClosed = true;
    this.#leave();
  }

  push(event: FeedEvent<V>): void {
    if (!this.#joined) {
      this.#early.push(event);
      return;
    }
    const { value } = event;
    if (!(value instanceof MarketDataError)) this.#send(this.#options.toMessage(value));
    else {
      this.#isFirst = true;
      this.#confirm();
    }
    this.#checkFailure();
  }

  onReady(): void {
    this.#checkFailure();
    if (this.#isFirst || this.#isInterrupted) this.#confirm();
  }

  onFailure(): void {
    this.#checkFailure();
  }

  endSource(_source: object, error: MarketDataError): void {
    this.#leave();
    this.#interrupt(error);
    this.#cancelRejoin = this.#options.clock.after(rejoinMs, () => this.#join());
  }

  async return(): Promise<void> {
    if (this.#isClosed) return;
    this.#leave();
    this.#interrupt(new MarketDataError('EXCHANGE_UNAVAILABLE', 'This server is stopping.'));
    this.#isClosed = true;
  }

  #join(): void {
    if (this.#isClosed) return;
    try {
      this.#joined = this.#options.join(this);
    } catch (error) {
      this.#interrupt(toMarketDataError(error));
      return;
    }
    for (const event of this.#early.splice(0)) this.push(event);
    this.#checkFailure();
    if (this.#isFirst) this.#confirm();
  }

  #leave(): void {
    this.#cancelRejoin();
    this.#joined?.leave();
    this.#joined = null;
    this.#early = [];
    this.#isFirst = true;
  }

  #send(message: M): void {
    if (this.#isClosed) return;
    const isFirst = this.#isFirst;
    if (isFirst || this.#isInterrupted) this.#options.listener.onOpen?.();
    this.#isFirst = false;
    this.#isInterrupted = false;
    this.#options.listener.onMessage(message, isFirst);
  }

  #confirm(): void {
    const topic = this.#joined?.topic;
    if (!topic || !isUpToDate(topic, this.#options.clock.now())) return;
    const value = topic.latest[0]?.value;
    const message = this.#options.toConfirmation(value instanceof MarketDataError ? undefined : value);
    if (message !== null) this.#send(message);
  }

  #checkFailure(): void {
    const error = this.#joined?.topic.error;
    if (error && !this.#isInterrupted) this.#interrupt(error);
  }

  #interrupt(error: MarketDataError): void {
    if (this.#isClosed) return;
    this.#isInterrupted = true;
    this.#options.listener.onInterrupted(error);
  }
}
