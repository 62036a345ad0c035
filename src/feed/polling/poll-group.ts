import { MarketDataError } from '../../market/errors.ts';
import type { FeedTiming } from './feed-timing.ts';
import { type PollRound, poll } from './poll.ts';
import type { OnOutcome, Polled } from './polled.ts';
import { RoundOutcome } from './round-outcome.ts';
import { RoundSchedule } from './round-schedule.ts';

export interface PollGroupOptions<P extends Polled<T>, T> {
  /** Asks the exchange for all topics that are due. Never rejects. Passes on each outcome as soon as it is known. */
  readonly fetch: (due: readonly P[], onOutcome: OnOutcome<P, T>) => Promise<void>;
  readonly timing: Pick<FeedTiming, 'clock' | 'random' | 'pollIntervalMs'>;
  /** Called for a topic whose call was not answered in time, with the start of the round, epoch ms. */
  readonly onTimeout: (topic: P, error: MarketDataError, askedAt: number) => void;
  /** Called after each round, with the error if no call succeeded, otherwise with null. */
  readonly onHealth: (error: MarketDataError | null) => void;
}

/** After this many skipped rounds, the values of the last round no longer count as up to date. */
const maxRoundsLeftOut = 3;

/**
 * Topics that are polled together, while their subscribers need polls.
 *
 * Each topic's `PollSchedule` says whether the topic is due. The group asks for all due topics in one round, so that a
 * hundred tickers cost one call. Without a group, each topic would poll by itself, and would have to find out by itself
 * that the exchange is down or wants a pause.
 *
 * States:
 * - idle: no topic needs polls, and no timer runs.
 * - waiting: a timer runs until the next round. After a failed round the wait is longer, as `RoundSchedule` says.
 *   `wake`, `onSuccess` and `onAnswer` cut the wait short: a topic whose stream has just broken off must not wait half
 *   a minute because the other topics fail.
 * - in a round: calls are running. A round is never cut short, because its answers would be lost.
 * - pausing: the exchange has asked for a pause, which is always kept. A topic that begins to need polls fails with the
 *   reason, so that its subscribers know that their values can be out of date.
 */
export class PollGroup<P extends Polled<T>, T> {
  readonly #options: PollGroupOptions<P, T>;
  readonly #topics = new Set<P>();
  readonly #schedule: RoundSchedule;
  #polling: AbortController | null = null;
  #cancelPauseTimer = (): void => {};
  #isFetching = false;
  /** True if another round must follow immediately after the current one. */
  #isPollNow = false;

  constructor(options: PollGroupOptions<P, T>) {
    this.#options = options;
    this.#schedule = new RoundSchedule(options.timing.clock, options.timing.pollIntervalMs);
  }

  get topics(): Iterable<P> {
    return this.#topics;
  }

  get isPolling(): boolean {
    return this.#polling !== null;
  }

  get isEmpty(): boolean {
    return this.#topics.size === 0;
  }

  /** Polls the topic from the next round on, if it needs polls. */
  add(topic: P): void {
    this.#topics.add(topic);
    this.#start(this.#options.timing.pollIntervalMs);
  }

  remove(topic: P): void {
    this.#topics.delete(topic);
    if (this.isEmpty) this.stop();
  }

  /** A topic has subscribers again: polls as soon as the next round is allowed to begin. */
  resume(): void {
    this.#start(0);
  }

  /**
   * A topic begins to need polls: polls soon, even while rounds fail, because the other topics alone can be the reason.
   * While the exchange wants a pause, the topic fails at once.
   */
  wake(topic: P): void {
    if (!this.#topics.has(topic)) return;
    const { pauseReason, isFailing } = this.#schedule;
    if (pauseReason) topic.failFetch(pauseReason.withSymbol(topic.request.symbol));
    else if (isFailing) this.#pollNow();
    this.#start(0);
  }

  /** The exchange has answered another call: the failure is over, and the group need not back off any longer. */
  onSuccess(): void {
    if (this.#schedule.isFailing && !this.#schedule.pauseReason) this.#pollNow();
  }

  /** The exchange has answered another poll group: checks as soon as possible whether it answers this group too. */
  onAnswer(): void {
    if (this.#schedule.isFailing && !this.#isFetching) this.#pollNow();
  }

  stop(): void {
    this.#cancelPauseTimer();
    this.#isFetching = false;
    this.#isPollNow = false;
    this.#polling?.abort();
    this.#polling = null;
  }

  get #isNeeded(): boolean {
    return [...this.#topics].some(({ schedule }) => schedule.isNeeded);
  }

  /** Ends the wait for the next round. Never interrupts a round. */
  #pollNow(): void {
    if (this.#isFetching) {
      this.#isPollNow = true;
      return;
    }
    this.#polling?.abort();
    this.#polling = null;
    this.#start(0);
  }

  #start(firstDelayMs: number): void {
    if (this.#polling) return;
    const polling = new AbortController();
    this.#polling = polling;
    void this.#poll(polling, this.#schedule.delayMs(firstDelayMs));
  }

  async #poll(polling: AbortController, firstDelayMs: number): Promise<void> {
    const { clock, random, pollIntervalMs: intervalMs } = this.#options.timing;
    const { signal } = polling;
    const fetchRound = (): Promise<PollRound> => this.#fetchRound(signal);
    for await (const round of poll({ fetchRound, intervalMs, firstDelayMs, clock, random, signal })) {
      if (signal.aborted) return;
      if (this.#isPollNow && round.retryAfterMs === 0) {
        this.#isPollNow = false;
        this.#pollNow();
        return;
      }
      if (!round.failed && !this.#isNeeded) break;
    }
    if (this.#polling !== polling) return;
    this.#polling = null;
    // A topic that has begun to need polls meanwhile started nothing, because the polling was still running.
    if (this.#isNeeded) this.#start(0);
  }

  async #fetchRound(signal: AbortSignal): Promise<PollRound> {
    const due = [...this.#topics].filter(({ schedule }) => schedule.isDue);
    if (due.length === 0) {
      // Without subscribers no call was made, so the round does not show whether the exchange works.
      if (!signal.aborted && [...this.#topics].some(({ hasSubscribers }) => hasSubscribers)) this.#report(null);
      return { failed: false, retryAfterMs: 0 };
    }
    const askedAt = this.#options.timing.clock.now();
    const round = new RoundOutcome();
    this.#schedule.onBegin(askedAt);
    this.#isFetching = true;
    await this.#options.fetch(due, (topic, outcome) => {
      if (outcome instanceof MarketDataError) round.onFailure(outcome);
      else round.onSuccess();
      if (!signal.aborted) this.#passOn(topic, outcome, askedAt);
    });
    const { error, pauseRequest, pauseMs } = round;
    // If this round was ended meanwhile, another one can have followed it.
    if (!signal.aborted) {
      this.#isFetching = false;
      this.#report(error);
    }
    // A pause that the exchange asks for counts even if the round was ended meanwhile.
    if (pauseRequest || !signal.aborted) this.#schedule.pause(pauseRequest, pauseMs);
    if (pauseRequest && !signal.aborted) this.#failLeftOut(pauseRequest, pauseMs);
    return { failed: error !== null, retryAfterMs: pauseMs };
  }

  #passOn(topic: P, outcome: T | MarketDataError, askedAt: number): void {
    if (!(outcome instanceof MarketDataError)) {
      topic.takeFetched(outcome, 'poll', askedAt);
      return;
    }
    topic.failFetch(outcome);
    if (outcome.code === 'TIMEOUT') this.#options.onTimeout(topic, outcome, askedAt);
  }

  /** The exchange wants a long pause: the topics that are not polled meanwhile can no longer count as up to date. */
  #failLeftOut(reason: MarketDataError, pauseMs: number): void {
    const { clock, pollIntervalMs: intervalMs } = this.#options.timing;
    if (pauseMs <= maxRoundsLeftOut * intervalMs) return;
    this.#cancelPauseTimer = clock.after(maxRoundsLeftOut * intervalMs, () => {
      for (const topic of this.#topics) {
        if (topic.schedule.isWanted) topic.failFetch(reason.withSymbol(topic.request.symbol));
      }
    });
  }

  #report(error: MarketDataError | null): void {
    this.#schedule.onEnd(error);
    this.#options.onHealth(error);
  }
}
