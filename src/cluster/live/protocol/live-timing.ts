/** Times of the live data between instances, in ms. All instances of a cluster must have the same. */
export interface LiveTiming {
  /** The owner of an exchange sends a heartbeat this often, and receivers check their topics this often. */
  readonly beatMs: number;
  /** After this time without a heartbeat, values of the owner are no longer up to date. */
  readonly missingMs: number;
  /** A topic whose market is idle is confirmed to its listeners this often. */
  readonly confirmMs: number;
  /** Interest is renewed this often, and expires after `interestMs`. */
  readonly renewMs: number;
  readonly interestMs: number;
  /** After this time without an answer, although the owner was asked again, what is missing is given up. */
  readonly answerMs: number;
  /** How long a new source can take to send something after a handover. */
  readonly handoverMs: number;
  /** Interests that begin or end within this time are sent together. */
  readonly gatherMs: number;
}

/** `silenceMs`: after this time without a message, feeds take a stream for broken. */
export function toLiveTiming(silenceMs: number): LiveTiming {
  const beatMs = Math.min(1000, Math.max(50, silenceMs / 5));
  return {
    beatMs,
    missingMs: Math.max(1000, 3 * beatMs),
    confirmMs: Math.min(3000, silenceMs / 3),
    renewMs: 5000,
    interestMs: 15_000,
    answerMs: 2000,
    handoverMs: 2000,
    gatherMs: 3,
  };
}
