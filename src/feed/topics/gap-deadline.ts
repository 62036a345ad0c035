import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';

export interface GapDeadlineOptions {
  readonly clock: Clock;
  /** How long the stream's messages wait for a fetch of what is missing before them, in ms. */
  readonly patienceMs: number;
  /** How long a subscriber may wait for its first event, in ms. */
  readonly startTimeoutMs: number;
}

/** So many answers may fail to bring what is missing after it has been waited for long: the first may be late. */
const maxVainAnswers = 2;

/** How long the stream's messages of one topic wait for a fetch of what is missing before them. */
export class GapDeadline {
  readonly #options: GapDeadlineOptions;
  /** True once somebody has received something: before that nobody misses what never comes, and all wait for a start. */
  hasServed = false;
  /** How many answers in a row have not brought what has been waited for too long. */
  #vainAnswers = 0;

  constructor(options: GapDeadlineOptions) {
    this.#options = options;
  }

  /** Notes an answer. True when it is one too many: what never reaches the stream keeps it back no longer than failures do. */
  endsWithAnswer(waitingSince: number | null): boolean {
    this.#vainAnswers = this.#hasWaited(waitingSince, this.#limitMs) ? this.#vainAnswers + 1 : 0;
    return this.#vainAnswers > maxVainAnswers;
  }

  /** True when what is missing has been waited for too long, or will not come because of this failure. */
  endsWithFailure(waitingSince: number | null, error: MarketDataError): boolean {
    return this.#hasWaited(waitingSince, error.retryable ? this.#limitMs : 0);
  }

  get #limitMs(): number {
    const { patienceMs, startTimeoutMs } = this.#options;
    return this.hasServed ? patienceMs : Math.min(patienceMs, startTimeoutMs / 2);
  }

  #hasWaited(since: number | null, forMs: number): boolean {
    return since !== null && this.#options.clock.now() - since >= forMs;
  }
}
