import { backoffMs } from '../../base/backoff.ts';
import { type Clock, sleep } from '../../base/clock.ts';

/** The outcome of one round of polls. */
export interface PollRound {
  /** True if the exchange failed. */
  readonly failed: boolean;
  /** How long to wait before the next round, in ms, if the failure said so. */
  readonly retryAfterMs: number;
}

export interface PollOptions {
  readonly fetchRound: () => Promise<PollRound>;
  /** Time from the start of one round to the start of the next, in ms. A round that takes longer delays the next. */
  readonly intervalMs: number;
  /** Delay before the first round, in ms. */
  readonly firstDelayMs: number;
  readonly clock: Clock;
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
  /** Ends the polling. A round in progress is still yielded. */
  readonly signal: AbortSignal;
}

const maxBackoffMs = 30_000;

/**
 * Runs rounds of polls until the signal aborts. While rounds fail, the wait doubles up to half a minute, with jitter
 * over its upper half so that many servers do not return together, and is never shorter than what the failure asked
 * for. After a wait that the failure asked for, the doubling starts again: no attempt has failed meanwhile.
 */
export async function* poll({
  fetchRound,
  intervalMs,
  firstDelayMs,
  clock,
  random,
  signal,
}: PollOptions): AsyncGenerator<PollRound, void, void> {
  let failures = 0;
  let waitMs = firstDelayMs;
  while (true) {
    await sleep(clock, waitMs, signal);
    if (signal.aborted) return;
    const startedAt = clock.now();
    const round = await fetchRound();
    yield round;
    const pauseMs = round.failed
      ? backoffMs(intervalMs, failures + 1, maxBackoffMs, random)
      : Math.max(0, intervalMs - Math.max(0, clock.now() - startedAt));
    failures = round.failed && round.retryAfterMs <= pauseMs ? failures + 1 : 0;
    waitMs = Math.max(pauseMs, round.retryAfterMs);
  }
}
