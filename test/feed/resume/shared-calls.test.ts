import { expect, test } from 'vitest';
import { SharedCalls } from '../../../src/feed/resume/shared-calls.ts';
import { settle } from '../../support/fakes/manual-clock.ts';

/** Calls that a test answers, oldest first. */
class Calls {
  readonly answers: ((value: number) => void)[] = [];
  readonly failures: ((error: Error) => void)[] = [];

  readonly make = (): Promise<number> =>
    new Promise((resolve, reject) => {
      this.answers.push(resolve);
      this.failures.push(reject);
    });
}

test('however many ask while a call is running, one more call answers all of them', async () => {
  const calls = new Calls();
  const shared = new SharedCalls<number>();
  const first = shared.run('key', calls.make);
  const later = [1, 2, 3].map(() => shared.run('key', calls.make));
  expect(calls.answers).toHaveLength(1);
  calls.answers[0]?.(1);
  expect(await first).toBe(1);
  await settle();
  expect(calls.answers).toHaveLength(2);
  calls.answers[1]?.(2);
  expect(await Promise.all(later)).toEqual([2, 2, 2]);
});

test('a call that fails is followed by the next one', async () => {
  const calls = new Calls();
  const shared = new SharedCalls<number>();
  const first = shared.run('key', calls.make);
  const second = shared.run('key', calls.make);
  calls.failures[0]?.(new Error('down'));
  await expect(first).rejects.toThrow('down');
  await settle();
  calls.answers[1]?.(2);
  expect(await second).toBe(2);
});

test('other keys do not wait, and two calls for one key never run at the same time', async () => {
  const calls = new Calls();
  const shared = new SharedCalls<number>();
  let running = 0;
  let most = 0;
  const counted = async (): Promise<number> => {
    running += 1;
    most = Math.max(most, running);
    await settle();
    running -= 1;
    return 0;
  };
  void shared.run('other', calls.make);
  const all: Promise<number>[] = [];
  for (let round = 0; round < 20; round++) {
    all.push(shared.run('key', counted), shared.run('key', counted));
    await Promise.race(all.slice(-2));
  }
  await Promise.all(all);
  expect(most).toBe(1);
  calls.answers[0]?.(0);
});
