import type { Clock } from '../../base/clock.ts';

/** The clock of the feeds, and their intervals and time limits. */
export interface FeedTiming {
  readonly clock: Clock;
  /** Between 0 and 1, for jitter. */
  readonly random: () => number;
  readonly pollIntervalMs: number;
  /** How long a topic lives on after its last subscriber has left, in ms. */
  readonly lingerMs: number;
  /**
   * After this time without a message, in ms, a stream counts as silent: its topic is polled, and the stream is
   * reconnected.
   */
  readonly silenceMs: number;
  /**
   * The maximum age of a stale value that is sent, and the time for which stream messages wait for a gap to close, in
   * ms.
   */
  readonly staleMaxMs: number;
  /** The maximum wait of a subscriber for its first event, in ms. */
  readonly startTimeoutMs: number;
}
