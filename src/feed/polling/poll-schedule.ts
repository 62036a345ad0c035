import type { FeedTiming } from './feed-timing.ts';

/** What the schedule must know about the stream of a topic. */
export interface PolledStream {
  /** True while the stream sends every change. */
  readonly works: boolean;
  /** True while the stream is connected but has sent nothing for a long time. */
  readonly isSilent: boolean;
}

export interface PollScheduleOptions {
  readonly timing: Pick<FeedTiming, 'clock' | 'pollIntervalMs'>;
  readonly stream: PolledStream;
  readonly subscribers: { readonly size: number };
  /** Whether something is missing now, and when something will be due, epoch ms. */
  readonly needs: { readonly hasGap: boolean; readonly dueAt: number | null };
  /** Called when something is missing or due. */
  readonly onWanted: () => void;
}

/** How often a topic must be polled to be up to date, with or without subscribers. */
type Pace = 'none' | 'slow' | 'full';

/** The slowest pace: polls are at most this many intervals apart. */
const slowestPace = 5;

/** Tolerance, because a round can begin slightly sooner or later than one interval after the one before. */
const roundJitter = 0.9;

/** For how many intervals the answer to a poll counts as up to date. */
const currentIntervals = 1.5;

/**
 * Decides whether a topic is polled, and how often. If several rows apply, the first row wins over all others, and the
 * last two rows win over the rest.
 *
 * | State of the topic | Polled? | How often | Why |
 * |---|---|---|---|
 * | It has no subscribers | no | | Nobody would receive it. A subscriber that comes back receives what is known, or what a call brings. |
 * | Only its stream brings it: liquidations | no | | No call would. |
 * | The stream works: it is connected and speaks | no | | It sends everything. |
 * | The stream is silent: it has sent nothing for `silenceMs`, and is connected, or was not interrupted for 70 s | yes | every interval, then every 2, 4 and 5 intervals while polls bring nothing new | It sends a message when the market moves; polls only find out whether it is broken. |
 * | The stream is not connected yet, or was interrupted | yes | every interval | Only polls find out when the market moves, so an idle market is polled as often as a busy one. |
 * | The exchange has no such stream | yes | every interval | Only polls find out when the market moves. |
 * | Something is missing: a gap after an interruption | yes | as soon as a round can begin, then every interval | Only a call brings it, even if the stream works. |
 * | Something is due: a candle should have closed | yes | as soon as a round can begin, then every interval | Only a call shows it, even if the stream works. |
 *
 * Topics are polled in rounds, with one or more calls for all topics of a poll group. `RoundSchedule` times the rounds:
 *
 * | State of the exchange | Next round | Why |
 * |---|---|---|
 * | It answers | one interval after the last round began | |
 * | A round is in progress | after it has ended | Its answers would be lost. |
 * | The last round failed | after a wait that doubles up to 30 s, with jitter; at once when another call is answered, or a topic begins to need polls | It can be down, and many servers must not return at the same moment. |
 * | It asked for a pause (Retry-After), or its circuit is open | when that is over | The exchange would refuse the call, or prolong the ban. Topics that are left out for three intervals fail, and are marked stale. |
 */
export class PollSchedule {
  readonly #options: PollScheduleOptions;
  #answeredAt = Number.NEGATIVE_INFINITY;
  /** Number of consecutive polls that brought nothing new. */
  #idlePolls = 0;
  #hadGap: boolean;
  #cancelDue = (): void => {};
  #isStopped = false;

  constructor(options: PollScheduleOptions) {
    this.#options = options;
    this.#hadGap = options.needs.hasGap;
  }

  /** When a call last brought an answer, epoch ms; -Infinity before the first. */
  get answeredAt(): number {
    return this.#answeredAt;
  }

  /** True while only polls would keep the topic up to date, with or without subscribers. */
  get isWanted(): boolean {
    return this.#pace !== 'none';
  }

  /** True while there is a subscriber that would miss something without polls. */
  get isNeeded(): boolean {
    return this.#options.subscribers.size > 0 && this.isWanted;
  }

  /** True if the next round must ask for the topic. */
  get isDue(): boolean {
    if (this.#options.subscribers.size === 0) return false;
    const pace = this.#pace;
    return pace === 'full' || (pace === 'slow' && this.#sinceAnswerMs >= this.#slowIntervalMs * roundJitter);
  }

  /** True while the last answer is as new as the answer of the next poll would be. */
  get isCurrent(): boolean {
    const { stream, timing } = this.#options;
    return this.#sinceAnswerMs <= currentIntervals * (stream.isSilent ? this.#slowIntervalMs : timing.pollIntervalMs);
  }

  /** Called when a call has brought an answer. */
  onAnswer(): void {
    this.#answeredAt = this.#options.timing.clock.now();
  }

  /** Called when the stream has sent a message, or a poll has been answered, with something new or not. */
  onResult(isNew: boolean): void {
    this.#idlePolls = isNew ? 0 : this.#idlePolls + 1;
  }

  /** The next gap is fetched at once, even if an earlier one is still open. */
  onNewGap(): void {
    this.#hadGap = false;
  }

  /** Checks whether a gap has opened. A new gap is fetched at once. */
  checkGap(): void {
    const { needs, onWanted } = this.#options;
    const { hasGap } = needs;
    const begins = hasGap && !this.#hadGap;
    // Set before the call, because the call can fail the topic at once, which leads here again.
    this.#hadGap = hasGap;
    if (begins) onWanted();
  }

  /** Checks whether a gap has opened, and when something will be due. */
  update(): void {
    this.checkGap();
    this.#cancelDue();
    const { timing, needs, onWanted } = this.#options;
    const { dueAt } = needs;
    if (dueAt === null || this.#isStopped) return;
    const waitMs = dueAt - timing.clock.now();
    if (waitMs > 0) this.#cancelDue = timing.clock.after(waitMs, onWanted);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelDue();
  }

  get #pace(): Pace {
    const { timing, stream, needs } = this.#options;
    const { hasGap, dueAt } = needs;
    if (hasGap || (dueAt !== null && timing.clock.now() >= dueAt)) return 'full';
    if (stream.works) return 'none';
    return stream.isSilent ? 'slow' : 'full';
  }

  get #sinceAnswerMs(): number {
    return this.#options.timing.clock.now() - this.#answeredAt;
  }

  get #slowIntervalMs(): number {
    return this.#options.timing.pollIntervalMs * Math.min(slowestPace, 2 ** this.#idlePolls);
  }
}
