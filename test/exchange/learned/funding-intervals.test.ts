import { expect, test } from 'vitest';
import { FundingIntervalMemory, type FundingIntervals } from '../../../src/exchange/learned/funding-intervals.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const list: FundingIntervals = new Map([['BTC/USDT:USDT', 14_400_000]]);

test('a list is loaded once an hour, and a failure is not repeated for a minute', async () => {
  const clock = new ManualClock();
  const memory = new FundingIntervalMemory(clock);
  let calls = 0;
  const load = async () => {
    calls += 1;
    if (calls === 1) throw new Error('down');
    return list;
  };
  expect(await memory.get('linear', load)).toBeNull();
  await clock.advance(59_000);
  expect(await memory.get('linear', load)).toBeNull();
  await clock.advance(2000);
  expect(await memory.get('linear', load)).toBe(list);
  await clock.advance(3_500_000);
  expect(await memory.get('linear', load)).toBe(list);
  expect(calls).toBe(2);
  await clock.advance(200_000);
  await memory.get('linear', load);
  expect(calls).toBe(3);
  expect(clock.pending).toBe(0);
});

test('a list that takes long delays nobody for more than a second, and is there afterwards', async () => {
  const clock = new ManualClock();
  const memory = new FundingIntervalMemory(clock);
  const slow = () => new Promise<FundingIntervals>((resolve) => clock.after(5000, () => resolve(list)));
  const first = memory.get('linear', slow);
  await clock.advance(1000);
  expect(await first).toBeNull();
  await clock.advance(5000);
  expect(await memory.get('linear', slow)).toBe(list);
});
