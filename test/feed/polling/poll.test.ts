import { beforeEach, expect, test } from 'vitest';
import type { Clock } from '../../../src/base/clock.ts';
import { type PollOptions, type PollRound, poll } from '../../../src/feed/polling/poll.ts';
import { ManualClock, settle } from '../../support/fakes/manual-clock.ts';

const intervalMs = 1000;
const succeeded: PollRound = { failed: false, retryAfterMs: 0 };
const failed: PollRound = { failed: true, retryAfterMs: 0 };

let clock: ManualClock;

beforeEach(() => {
  clock = new ManualClock(0);
});

/** A poll that is read to its end, and when each of its rounds began. */
function start(options: Partial<PollOptions> & Pick<PollOptions, 'fetchRound'>) {
  const abort = new AbortController();
  const startedAt: number[] = [];
  const rounds: PollRound[] = [];
  const state = { ended: false };
  const fetchRound = (): Promise<PollRound> => {
    startedAt.push(clock.now());
    return options.fetchRound();
  };
  const polling = poll({
    intervalMs,
    firstDelayMs: options.intervalMs ?? intervalMs,
    clock,
    random: () => 0,
    signal: abort.signal,
    ...options,
    fetchRound,
  });
  void (async () => {
    for await (const round of polling) rounds.push(round);
    state.ended = true;
  })();
  return { startedAt, rounds, state, abort: () => abort.abort() };
}

/** The times between one round and the next. */
function gaps(startedAt: readonly number[]): readonly number[] {
  return startedAt.slice(1).map((at, index) => at - (startedAt[index] ?? 0));
}

test('the first round comes after one interval, the next ones at intervals', async () => {
  const polling = start({ fetchRound: async () => succeeded });
  await clock.advance(intervalMs - 1);
  expect(polling.startedAt).toEqual([]);
  await clock.advance(2 * intervalMs + 1);
  expect(polling.startedAt).toEqual([1000, 2000, 3000]);
  expect(polling.rounds).toEqual([succeeded, succeeded, succeeded]);
});

test('the interval counts from the start of a round', async () => {
  const polling = start({
    fetchRound: () => new Promise((resolve) => clock.after(400, () => resolve(succeeded))),
  });
  await clock.advance(3000);
  expect(polling.startedAt).toEqual([1000, 2000, 3000]);
});

test('a slow round is never overlapped; the next follows it at once', async () => {
  let finish = (_round: PollRound): void => {};
  const polling = start({
    fetchRound: () =>
      new Promise((resolve) => {
        finish = resolve;
      }),
  });
  await clock.advance(5500);
  expect(polling.startedAt).toEqual([1000]);
  finish(succeeded);
  await clock.advance(0);
  expect(polling.startedAt).toEqual([1000, 5500]);
});

test.each([
  { random: 0, expected: [1000, 2000, 4000, 8000, 15_000, 15_000] },
  { random: 1, expected: [2000, 4000, 8000, 16_000, 30_000, 30_000] },
])('with a random of $random, failing rounds wait $expected ms', async ({ random, expected }) => {
  const polling = start({ fetchRound: async () => failed, random: () => random });
  await clock.advance(100_000);
  expect(gaps(polling.startedAt).slice(0, 6)).toEqual(expected);
});

test('an interval above the cap is not shortened by failing', async () => {
  const polling = start({ fetchRound: async () => failed, random: () => 1, intervalMs: 60_000 });
  await clock.advance(240_000);
  expect(gaps(polling.startedAt)).toEqual([60_000, 60_000, 60_000]);
});

test('thousands of failures later the wait is still the cap', async () => {
  const polling = start({ fetchRound: async () => failed, random: () => 1 });
  await clock.advance(2000 * 30_000);
  expect(gaps(polling.startedAt).at(-1)).toBe(30_000);
});

test('a success resets the backoff', async () => {
  const outcomes = [failed, failed, failed, succeeded, failed, succeeded, succeeded];
  const polling = start({ fetchRound: async () => outcomes.shift() ?? succeeded, random: () => 1 });
  await clock.advance(20_000);
  expect(gaps(polling.startedAt)).toEqual([2000, 4000, 8000, 1000, 2000, 1000, 1000]);
});

test('a failing round waits at least as long as its error asks, even beyond the cap, and the doubling starts again after that', async () => {
  const waits = [45_000, 500, 0];
  const polling = start({
    fetchRound: async () => ({ ...failed, retryAfterMs: waits.shift() ?? 0 }),
    random: () => 1,
  });
  await clock.advance(60_000);
  expect(gaps(polling.startedAt)).toEqual([45_000, 2000, 4000, 8000]);
});

test('the first round comes after its own delay', async () => {
  const polling = start({ fetchRound: async () => succeeded, firstDelayMs: 0 });
  await clock.advance(intervalMs);
  expect(polling.startedAt).toEqual([0, 1000]);
});

test('a round that succeeds also waits as long as the exchange asked', async () => {
  const waits = [45_000, 0];
  const polling = start({ fetchRound: async () => ({ ...succeeded, retryAfterMs: waits.shift() ?? 0 }) });
  await clock.advance(60_000);
  expect(gaps(polling.startedAt).slice(0, 2)).toEqual([45_000, 1000]);
});

test('abort during a wait ends it and leaves no timer', async () => {
  const polling = start({ fetchRound: async () => succeeded });
  await clock.advance(1500);
  expect(clock.pending).toBe(1);
  polling.abort();
  await settle();
  expect(polling.state.ended).toBe(true);
  expect(clock.pending).toBe(0);
  expect(polling.rounds).toEqual([succeeded]);
});

test('abort before the first round ends it without one', async () => {
  const polling = start({ fetchRound: async () => succeeded });
  polling.abort();
  await clock.advance(5000);
  expect(polling.state.ended).toBe(true);
  expect(polling.startedAt).toEqual([]);
});

test.each([succeeded, failed])(
  'abort during a fetch yields its round (failed: $failed), ends it and leaves no timer',
  async (round) => {
    let finish = (_round: PollRound): void => {};
    const polling = start({
      fetchRound: () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    });
    await clock.advance(1500);
    polling.abort();
    await settle();
    expect(polling.state.ended).toBe(false);
    finish(round);
    await settle();
    expect(polling.rounds).toEqual([round]);
    expect(polling.state.ended).toBe(true);
    expect(polling.startedAt).toHaveLength(1);
    expect(clock.pending).toBe(0);
  },
);

test('a clock that is set back during a round does not delay the next one', async () => {
  let skew = 0;
  const stepping: Clock = {
    now: () => clock.now() - skew,
    after: (delayMs, callback) => clock.after(delayMs, callback),
  };
  const polling = start({
    clock: stepping,
    fetchRound: async () => {
      skew += 3_600_000;
      return succeeded;
    },
  });
  await clock.advance(3 * intervalMs);
  expect(polling.startedAt).toHaveLength(3);
  polling.abort();
});
