import { expect, test } from 'vitest';
import { settledInTime } from '../../src/base/settled-in-time.ts';
import { ManualClock, settle } from '../support/fakes/manual-clock.ts';

const never = new Promise<string>(() => {});
const late = (clock: ManualClock, ms: number) =>
  new Promise<string>((resolve) => clock.after(ms, () => resolve('late')));

/** The outcomes as values and reasons, and when they were there, in ms. */
async function run(make: (clock: ManualClock) => readonly Promise<string>[]) {
  const clock = new ManualClock();
  const start = clock.now();
  let result: unknown = null;
  void settledInTime(clock, 100, make(clock)).then((outcomes) => {
    const values = outcomes.map((each) => each && (each.status === 'fulfilled' ? each.value : String(each.reason)));
    result = { values, ms: clock.now() - start };
  });
  await settle();
  for (let ms = 0; ms < 500 && !result; ms += 10) await clock.advance(10);
  return { result, pending: clock.pending };
}

const failing = (): Promise<string> => Promise.reject('no');

test.each([
  ['nothing', () => [], { values: [], ms: 0 }],
  ['what settles at once', () => [Promise.resolve('a'), failing()], { values: ['a', 'no'], ms: 0 }],
  ['one that hangs', () => [never, Promise.resolve('a')], { values: [null, 'a'], ms: 100 }],
  ['one that hangs while the other fails, for which nobody waits', () => [never, failing()], null],
])('%s', async (_name, make, expected) => {
  const { result } = await run(make);
  expect(result).toEqual(expected);
});

test('what comes in time is awaited, and no timer is left', async () => {
  const { result, pending } = await run((clock) => [late(clock, 50), Promise.resolve('a')]);
  expect([result, pending]).toEqual([{ values: ['late', 'a'], ms: 50 }, 0]);
});

test('while none has succeeded, the first that does ends the wait', async () => {
  const { result, pending } = await run((clock) => [never, late(clock, 200), failing()]);
  expect([result, pending]).toEqual([{ values: [null, 'late', 'no'], ms: 200 }, 0]);
});
