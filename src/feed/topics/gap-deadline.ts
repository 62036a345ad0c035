import type { MarketDataError } from '../../market/errors.ts';
import type { FeedTiming } from '../polling/feed-timing.ts';

export interface GapDeadlineOptions {
  readonly timing: Pick<FeedTiming, 'clock' | 'staleMaxMs' | 'startTimeoutMs'>;
  /** Whether there is a gap, and since when the stream's messages wait for it to be closed, epoch ms. */
  readonly gap: { readonly hasGap: boolean; readonly waitingSince: number | null };
  readonly hasStream: boolean;
  /** `hasServed` once a subscriber has received something: nobody misses what comes before, but all wait for a start. */
  readonly subscribers: { readonly hasServed: boolean };
}

/** How many answers may leave the gap open after the deadline: the first may be late. */
const maxUselessAnswers = 2;

/** Decides when a topic stops waiting for a call to close the gap before what its stream has sent. */
export class GapDeadline {
  readonly #options: GapDeadlineOptions;
  /** How many answers in a row have left the gap open after the deadline. */
  #uselessAnswers = 0;

  constructor(options: GapDeadlineOptions) {
    this.#options = options;
  }

  /** An answer has been taken. True when it is one too many: answers that never close the gap count like failures. */
  endsWithAnswer(): boolean {
    this.#uselessAnswers = this.#hasWaited(this.#limitMs) ? this.#uselessAnswers + 1 : 0;
    return this.#uselessAnswers > maxUselessAnswers;
  }

  /** A call has failed. True when the gap has been open for too long, or no call will close it. */
  endsWithFailure(error: MarketDataError): boolean {
    const { gap, hasStream } = this.#options;
    // An exchange that refuses the request no longer serves what is so old.
    const isRefused = error.isFinal || error.code === 'BAD_USER_INPUT';
    return (isRefused && (gap.hasGap || !hasStream)) || this.#hasWaited(error.retryable ? this.#limitMs : 0);
  }

  get #limitMs(): number {
    const { timing, subscribers } = this.#options;
    const { staleMaxMs, startTimeoutMs } = timing;
    return subscribers.hasServed ? staleMaxMs : Math.min(staleMaxMs, startTimeoutMs / 2);
  }

  #hasWaited(forMs: number): boolean {
    const { timing, gap } = this.#options;
    return gap.waitingSince !== null && timing.clock.now() - gap.waitingSince >= forMs;
  }
}
