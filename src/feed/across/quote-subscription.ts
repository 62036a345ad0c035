import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';
import type { Ticker } from '../../market/model/ticker.ts';
import { isSameQuote, type Quote } from '../../market/quotes/quote.ts';
import { quoteWaitMs } from '../../market/quotes/quote-timeout.ts';
import type { FeedEvent } from '../reconcile/feed-event.ts';
import { SubscriptionStart } from '../topics/subscription-start.ts';
import type { SharableTopic, TopicSubscriber } from '../topics/topic-subscriber.ts';
import { QuoteInputs } from './quote-inputs.ts';

/** The shortest time between two events, in ms. */
const minIntervalMs = 100;

/** A quote, and when it was made, epoch ms. */
interface Made {
  readonly quote: Quote;
  readonly at: number;
}

type Result = IteratorResult<FeedEvent<Quote>, undefined>;

const done = { done: true, value: undefined } as const;

/**
 * The quotes of one symbol on several exchanges, made from the topics of its tickers.
 *
 * The tickers of twenty exchanges change a hundred times a second. A quote for each change would be more than anybody can
 * read, so a change only notes that a new quote is due. It is made when the reader waits for it and the last one is 100
 * ms old, from the newest value of every topic. So a slow reader skips quotes and is never late, and nothing is computed
 * for a reader that has not finished with the last quote. A quote that differs only in times and ages is not an event.
 *
 * - An exchange joins when its market is known to exist, or may exist; the others do not wait for it. Until it has sent
 *   something it is part of the quote as FAILED, after `quoteWaitMs` with TIMEOUT, as in a query.
 * - The subscription starts with the first exchange that works. Before that, it ends with an error if none will soon.
 * - An exchange that fails later is STALE, and one that delists the symbol is NOT_LISTED. With the last one that lists
 *   it, the subscription ends with an error.
 *
 * States: open; failed, when the error waits to be taken; ended. The iterator is written by hand for the reasons that
 * `FeedSubscription` gives.
 */
export class QuoteSubscription implements TopicSubscriber<Ticker>, AsyncIterableIterator<FeedEvent<Quote>> {
  readonly #clock: Clock;
  readonly #inputs: QuoteInputs;
  readonly #start: SubscriptionStart;
  readonly #waiting: ((result: Result) => void)[] = [];
  readonly #cancelLateness: () => void;
  #cancelPace: (() => void) | null = null;
  /** True if an input has changed since the last quote was made for the reader. */
  #isDue = false;
  /** The quote of the last event. */
  #sent: Made | null = null;
  /** The newest quote: that of the last event, or the same with newer ages for a subscriber that joins later. */
  #latest: Made | null = null;
  #taken = 0;
  #error: MarketDataError | null = null;
  #hasEnded = false;

  /** `exchanges` are distinct. Each must then be joined or refused. */
  constructor(symbol: string, exchanges: readonly string[], clock: Clock) {
    this.#clock = clock;
    this.#inputs = new QuoteInputs(symbol, exchanges);
    this.#start = new SubscriptionStart(exchanges.length);
    this.#cancelLateness = clock.after(quoteWaitMs, () => {
      this.#inputs.markLate();
      this.#change();
    });
  }

  /** Adds the topic of an exchange. `open` subscribes to it. */
  join(exchange: string, open: (subscriber: TopicSubscriber<Ticker>) => SharableTopic<Ticker>): void {
    if (!this.#isOpen) return;
    const topic = open(this);
    this.#inputs.set(exchange, topic);
    if (this.#isOpen) this.#change();
    else topic.remove(this);
  }

  /** Leaves out an exchange that has no such market. */
  refuse(exchange: string, error: MarketDataError): void {
    this.#inputs.set(exchange, error);
    this.endSource({}, error);
  }

  /** The latest quote, with the ages of now; empty before the first event. */
  get latest(): readonly FeedEvent<Quote>[] {
    if (!this.#isOpen || !this.#sent || !this.#latest) return [];
    const now = this.#clock.now();
    if (Math.abs(now - this.#latest.at) >= minIntervalMs) this.#latest = this.#make(now);
    return [toEvent(this.#latest)];
  }

  /** True while a subscription that begins now receives a price at once. */
  get isReady(): boolean {
    return this.#isOpen && this.#inputs.isReady;
  }

  /** An event is made when it is taken, so all that were offered have been taken. */
  get offered(): number {
    return this.#taken;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Why it has ended, or why no event has arrived so far; null if no reason is known. */
  get error(): MarketDataError | null {
    return this.#start.error;
  }

  /** Resolves when an exchange works. Rejects if the subscription ends before that. */
  whenReady(): Promise<void> {
    return this.#start.whenReady();
  }

  push(): void {
    this.#start.onReady();
    this.#change();
  }

  onReady(): void {
    this.#start.onReady();
  }

  onFailure(source: object, error: MarketDataError, isHopeless: boolean): void {
    if (this.#start.onFailure(source, error, isHopeless)) this.fail(error);
    else this.#change();
  }

  endSource(source: object, error: MarketDataError): void {
    this.#inputs.onEnd(source, error);
    if (this.#start.onSourceEnd(source)) this.fail(error);
    else this.onFailure(source, error, false);
  }

  /** Ends it with an error, which is the last event. */
  fail(error: MarketDataError): void {
    if (!this.#isOpen) return;
    this.#error = error;
    this.#start.onEnd(error);
    this.#leave();
    this.#deliver();
  }

  next(): Promise<Result> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#deliver();
    });
  }

  return(): Promise<Result> {
    this.#end();
    return Promise.resolve(done);
  }

  async throw(error: unknown): Promise<Result> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  get #isOpen(): boolean {
    return !this.#hasEnded && this.#error === null;
  }

  /** True once there is a price: without any, a quote says nothing. */
  get #hasStarted(): boolean {
    return this.#sent !== null || this.#inputs.isReady;
  }

  #change(): void {
    this.#isDue = true;
    this.#deliver();
  }

  /** Gives a reader that waits what there is for it: the end, the error, or the next quote if it is time for it. */
  #deliver(): void {
    if (this.#waiting.length === 0) return;
    if (this.#hasEnded) this.#end();
    else if (this.#error) {
      this.#give({ key: 'error', value: this.#error });
      this.#end();
    } else if (this.#isDue && !this.#cancelPace && this.#hasStarted) this.#deliverQuote(this.#clock.now());
  }

  #deliverQuote(now: number): void {
    const elapsedMs = this.#sent ? now - this.#sent.at : minIntervalMs;
    // If the clock was set back, the time of the last event says nothing.
    if (elapsedMs >= 0 && elapsedMs < minIntervalMs) {
      this.#cancelPace = this.#clock.after(minIntervalMs - elapsedMs, () => {
        this.#cancelPace = null;
        this.#deliver();
      });
      return;
    }
    this.#isDue = false;
    const made = this.#make(now);
    if (this.#sent && isSameQuote(this.#sent.quote, made.quote)) return;
    this.#sent = made;
    this.#latest = made;
    this.#give(toEvent(made));
  }

  #give(event: FeedEvent<Quote>): void {
    this.#taken += 1;
    this.#waiting.shift()?.({ done: false, value: event });
  }

  #make(now: number): Made {
    return { quote: this.#inputs.toQuote(now), at: now };
  }

  #leave(): void {
    this.#cancelLateness();
    this.#cancelPace?.();
    this.#cancelPace = null;
    this.#inputs.leave(this);
  }

  #end(): void {
    if (!this.#hasEnded) {
      this.#hasEnded = true;
      this.#start.onEnd();
      this.#leave();
    }
    for (const waiter of this.#waiting.splice(0)) waiter(done);
  }
}

function toEvent({ quote }: Made): FeedEvent<Quote> {
  return { key: 'quote', value: quote };
}
