import { type Clock, sleep } from '../market/clock.ts';

/** How a round of polling went: what it brought, and whether the exchange failed. */
export interface PollRound<T> {
  readonly value: T;
  readonly failed: boolean;
  /** What the exchange asked to wait, in ms. */
  readonly retryAfterMs: number;
}

export interface PollOptions<T> {
  readonly fetchRound: () => Promise<PollRound<T>>;
  /** From the start of one round to the start of the next; a round that takes longer delays the next. */
  readonly intervalMs: number;
  readonly clock: Clock;
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
  /** Ends the polling; whoever waits for a round under way gets it and then the end. */
  readonly signal: AbortSignal;
}

const longestBackoffMs = 30_000;

/**
 * Rounds of polling until the signal aborts, the first after one interval. While rounds fail, the wait doubles up to
 * half a minute, is spread over its upper half so that many servers don't return together, and is never shorter than
 * what the exchange asked for.
 */
export async function* poll<T>({
  fetchRound,
  intervalMs,
  clock,
  random,
  signal,
}: PollOptions<T>): AsyncGenerator<PollRound<T>, void, void> {
  let failures = 0;
  let waitMs = intervalMs;
  while (true) {
    await sleep(clock, waitMs, signal);
    if (signal.aborted) return;
    const startedAt = clock.now();
    const round = await fetchRound();
    yield round;
    failures = round.failed ? failures + 1 : 0;
    waitMs = round.failed
      ? Math.max(backoffMs(intervalMs, failures) * (0.5 + random() / 2), round.retryAfterMs)
      : Math.max(0, intervalMs - Math.max(0, clock.now() - startedAt));
  }
}

function backoffMs(intervalMs: number, failures: number): number {
  return Math.min(intervalMs * 2 ** failures, Math.max(longestBackoffMs, intervalMs));
}
