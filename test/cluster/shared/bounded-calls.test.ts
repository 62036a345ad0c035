import { beforeEach, expect, test } from 'vitest';
import { RedisUnavailable } from '../../../src/cluster/connection/bus.ts';
import { BoundedCalls } from '../../../src/cluster/shared/bounded-calls.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

let clock: ManualClock;
let calls: BoundedCalls;
let made: number;

beforeEach(() => {
  clock = new ManualClock();
  calls = new BoundedCalls({ clock, timeoutMs: 100 });
  made = 0;
});

const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => null,
    (error: unknown) => error,
  );

const hang = (): Promise<never> => {
  made += 1;
  return new Promise(() => {});
};

test('a call settles like what it calls, and leaves no timer', async () => {
  expect(await calls.run(async () => 5)).toBe(5);
  const error = new RedisUnavailable('Redis is out of memory.');
  expect(await failureOf(calls.run(() => Promise.reject(error)))).toBe(error);
  expect(await calls.run(async () => 6)).toBe(6);
  expect(clock.pending).toBe(0);
});

test('after a call without an answer, others fail at once for a second', async () => {
  const first = failureOf(calls.run(hang));
  await clock.advance(99);
  expect(clock.pending).toBe(1);
  await clock.advance(1);
  expect(await first).toBeInstanceOf(RedisUnavailable);
  await clock.advance(999);
  expect(await failureOf(calls.run(hang))).toBeInstanceOf(RedisUnavailable);
  expect(made).toBe(1);
  await clock.advance(1);
  expect(await calls.run(async () => 7)).toBe(7);
  expect(clock.pending).toBe(0);
});

test('a clock that was set back does not prolong the pause', async () => {
  let now = 1_000_000;
  calls = new BoundedCalls({
    clock: { now: () => now, after: (ms, callback) => clock.after(ms, callback) },
    timeoutMs: 100,
  });
  const first = failureOf(calls.run(hang));
  await clock.advance(100);
  await first;
  now = 1000;
  expect(await calls.run(async () => 8)).toBe(8);
});
