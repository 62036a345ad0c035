import type { Clock } from '../../base/clock.ts';

/** When things happen. */
export interface Timing {
  readonly clock: Clock;
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
  readonly pollIntervalMs: number;
  /** How long an upstream outlives its last subscriber, in ms. */
  readonly lingerMs: number;
  /** How long a stream may say nothing before it is polled beside and dialled anew, in ms. */
  readonly silenceMs: number;
  /** How old a last known value may be and still be told, in ms. */
  readonly staleMaxMs: number;
  /** How long a subscriber may wait for its first event, in ms. */
  readonly startTimeoutMs: number;
}
