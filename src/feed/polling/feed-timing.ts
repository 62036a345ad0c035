import type { Clock } from '../../base/clock.ts';

/** The clock of the feeds, and when things happen. */
export interface FeedTiming {
  readonly clock: Clock;
  /** Between 0 and 1, for jitter. */
  readonly random: () => number;
  readonly pollIntervalMs: number;
  /** How long a topic outlives its last subscriber, in ms. */
  readonly lingerMs: number;
  /** How long a stream may send nothing before it counts as silent: it is polled in parallel and reconnected. In ms. */
  readonly silenceMs: number;
  /** How old a stale value may be and still be sent, and how long the stream's messages wait for a gap to be closed, in ms. */
  readonly staleMaxMs: number;
  /** How long a subscriber may wait for its first event, in ms. */
  readonly startTimeoutMs: number;
}
