import type { MarketDataError } from '../../market/errors.ts';
import type { FeedTiming } from '../polling/feed-timing.ts';

export interface GapDeadlineOptions {
  readonly timing: Pick<FeedTiming, 'clock' | 'staleMaxMs' | 'startTimeoutMs'>;
  /** Whether there is a gap, and since when messages of the stream wait for it to close, epoch ms. */
  readonly gap: { readonly hasGap: boolean; readonly waitingSince: number | null };
  readonly stream: { readonly isOffered: boolean };
  /** Until `hasServed`, no subscriber can miss anything, but all wait for their first event. */
  readonly subscribers: { readonly hasServed: boolean };
}

/** How many answers in a row can leave the gap open after the deadline. The first can be late. */
const maxUselessAnswers = 2;

/** Decides when a topic stops waiting for a call that closes the gap before the messages of its stream. */
export class GapDeadline {
  readonly #options: GapDeadlineOptions;
  /** Number of consecutive answers that have left the gap open after the deadline. */
  #uselessAnswers = 0;

  constructor(options: GapDeadlineOptions) {
    this.#options = options;
  }

  /** Called after an answer. True if too many answers have left the gap open: they count like failures. */
  endsWithAnswer(): boolean {
    this.#uselessAnswers = this.#hasWaited(this.#limitMs) ? this.#uselessAnswers + 1 : 0;
    return this.#uselessAnswers > maxUselessAnswers;
  }

  /** Called after a failed call. True if the gap has been open for too long, or if no call will close it. */
  endsWithFailure(error: MarketDataError): boolean {
    const { gap, stream } = this.#options;
    // An exchange that refuses the request no longer serves data that old.
    const isRefused = error.isFinal || error.code === 'BAD_USER_INPUT';
    return (isRefused && (gap.hasGap || !stream.isOffered)) || this.#hasWaited(error.retryable ? this.#limitMs : 0);
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
