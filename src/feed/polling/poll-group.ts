import type { Clock } from '../../base/clock.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { Topic } from '../topics/topic.ts';
import { type PollRound, poll } from './poll.ts';

export interface PollGroupOptions<T, V> {
  /** Asks the exchange about all the topics. Never rejects; gives each its outcome as soon as it is there. */
  readonly fetch: (
    topics: readonly Topic<T, V>[],
    onOutcome: (topic: Topic<T, V>, outcome: T | MarketDataError) => void,
  ) => Promise<void>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly intervalMs: number;
  /** Called for a topic whose call was not answered in time, with the time at which its round began, epoch ms. */
  readonly onTimeout: (topic: Topic<T, V>, error: MarketDataError, askedAt: number) => void;
  /** Called after each round: with the error when nothing succeeded, else with null. */
  readonly onHealth: (error: MarketDataError | null) => void;
}

/** How many rounds may be left out before what they would have told counts as unknown. */
const pausedRounds = 3;

/** Topics that are polled together, while they have subscribers that need it. */
export class PollGroup<T, V> {
  readonly #options: PollGroupOptions<T, V>;
  readonly #topics = new Set<Topic<T, V>>();
  #polling: AbortController | null = null;
  /** Why rounds fail, while they do. */
  #error: MarketDataError | null = null;
  /** When the next round may begin, epoch ms: an interval after the last, and when the exchange allows. */
  #nextAt = Number.NEGATIVE_INFINITY;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  /** By what the exchange asked to be left in peace. */
  #pauseRequest: MarketDataError | null = null;
  #cancelPause = (): void => {};
  #isFetching = false;
  /** True when the next round is to follow the one under way at once. */
  #isPollNow = false;

  constructor(options: PollGroupOptions<T, V>) {
    this.#options = options;
  }

  get isPolling(): boolean {
    return this.#polling !== null;
  }

  get isEmpty(): boolean {
    return this.#topics.size === 0;
  }

  /** Polls the topic from the next round on, if it wants that. */
  add(topic: Topic<T, V>): void {
    this.#topics.add(topic);
    this.#start(this.#options.intervalMs);
  }

  remove(topic: Topic<T, V>): void {
    this.#topics.delete(topic);
    if (this.isEmpty) this.stop();
  }

  /** A topic has subscribers again: polls when the next round may begin. */
  resume(): void {
    this.#start(0);
  }

  /**
   * A topic wants to be polled that did not before: asks soon, even where the others fail, since that may be their fault
   * alone, unless the exchange asked to be left in peace.
   */
  wake(topic: Topic<T, V>): void {
    if (!this.#topics.has(topic)) return;
    if (this.#pauseRequest && this.#options.clock.now() < this.#pausedUntil) {
      topic.failFetch(this.#pauseRequest.withSymbol(topic.request.symbol));
    } else if (this.#error) this.#pollNow();
    this.#start(0);
  }

  /** The exchange has answered somebody: whatever made the rounds fail is over, and nobody need sit out the pause. */
  onSuccess(): void {
    if (this.#error && this.#options.clock.now() >= this.#pausedUntil) this.#pollNow();
  }

  /** The exchange has answered another poll group: asks whether what made the rounds fail is over here too, as soon as it may. */
  onAnswer(): void {
    if (this.#error && !this.#isFetching) this.#pollNow();
  }

  /** Cuts the pause between two rounds short, but not a round, whose answers would be lost. */
  #pollNow(): void {
    if (this.#isFetching) {
      this.#isPollNow = true;
      return;
    }
    this.#polling?.abort();
    this.#polling = null;
    this.#start(0);
  }

  /** Ends the polling. */
  stop(): void {
    this.#cancelPause();
    this.#isFetching = false;
    this.#isPollNow = false;
    this.#polling?.abort();
    this.#polling = null;
  }

  #start(firstDelayMs: number): void {
    if (this.#polling) return;
    const polling = new AbortController();
    this.#polling = polling;
    const { clock, intervalMs } = this.#options;
    const openMs = Math.min(this.#nextAt - clock.now(), intervalMs);
    void this.#poll(polling, Math.max(firstDelayMs, openMs, this.#pausedUntil - clock.now()));
  }

  async #poll(polling: AbortController, firstDelayMs: number): Promise<void> {
    const { clock, random, intervalMs } = this.#options;
    const { signal } = polling;
    const fetchRound = (): Promise<PollRound> => this.#fetchRound(signal);
    for await (const round of poll({ fetchRound, intervalMs, firstDelayMs, clock, random, signal })) {
      if (signal.aborted) return;
      if (this.#isPollNow && round.retryAfterMs === 0) {
        this.#isPollNow = false;
        this.#pollNow();
        return;
      }
      if (!round.failed && ![...this.#topics].some(({ needsPolls }) => needsPolls)) break;
    }
    if (this.#polling !== polling) return;
    this.#polling = null;
    // Who wanted one since then found the polling still on.
    if ([...this.#topics].some(({ needsPolls }) => needsPolls)) this.#start(0);
  }

  async #fetchRound(signal: AbortSignal): Promise<PollRound> {
    const topics = [...this.#topics].filter(({ isDue }) => isDue);
    if (topics.length === 0) {
      // Without subscribers nothing was asked that would tell how the exchange is.
      if ([...this.#topics].some(({ hasSubscribers }) => hasSubscribers)) this.#mark(null, signal);
      return { failed: false, retryAfterMs: 0 };
    }
    const askedAt = this.#options.clock.now();
    const depths = new Map(topics.map((topic) => [topic, topic.depth]));
    this.#nextAt = askedAt + this.#options.intervalMs;
    let succeeded = 0;
    let retryAfterMs = 0;
    let failure: MarketDataError | null = null;
    let pauseRequest: MarketDataError | null = null;
    this.#isFetching = true;
    await this.#options.fetch(topics, (topic, outcome) => {
      if (outcome instanceof MarketDataError) {
        if (!outcome.isFinal) failure ??= outcome;
        const { retryAfterMs: pauseMs = 0, isMarketMissing = false } = outcome.details;
        // A market that could not be listed costs no request, and the others of its poll group are asked as usual.
        if (pauseMs > retryAfterMs && !isMarketMissing) [retryAfterMs, pauseRequest] = [pauseMs, outcome];
        if (signal.aborted) return;
        topic.failFetch(outcome);
        if (outcome.code === 'TIMEOUT') this.#options.onTimeout(topic, outcome, askedAt);
      } else {
        succeeded += 1;
        if (!signal.aborted) topic.takeFetched(outcome, 'poll', askedAt, depths.get(topic) ?? 0);
      }
    });
    // A round that was ended meanwhile may have been followed by another one.
    if (!signal.aborted) this.#isFetching = false;
    const error = succeeded === 0 ? failure : null;
    this.#mark(error, signal);
    // What the exchange asks counts though the round was ended meanwhile.
    if (pauseRequest || !signal.aborted) {
      this.#pauseRequest = pauseRequest;
      this.#pausedUntil = this.#options.clock.now() + retryAfterMs;
    }
    if (pauseRequest && !signal.aborted) this.#failUnasked(pauseRequest, retryAfterMs);
    return { failed: error !== null, retryAfterMs };
  }

  /** The exchange wants to be left in peace for long: what is not asked meanwhile is not known to be true any more. */
  #failUnasked(error: MarketDataError, retryAfterMs: number): void {
    const { clock, intervalMs } = this.#options;
    if (retryAfterMs <= pausedRounds * intervalMs) return;
    this.#cancelPause = clock.after(pausedRounds * intervalMs, () => {
      for (const topic of this.#topics) if (topic.wantsPoll) topic.failFetch(error.withSymbol(topic.request.symbol));
    });
  }

  #mark(error: MarketDataError | null, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#error = error;
    this.#options.onHealth(error);
  }
}
