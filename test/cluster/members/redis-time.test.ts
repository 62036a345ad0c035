import { expect, test } from 'vitest';
import { RedisTime } from '../../../src/cluster/members/redis-time.ts';

test('the fastest answer says how far the clocks are apart', () => {
  const time = new RedisTime(() => 10_000);
  expect(time.toShared(5000)).toBe(5000);
  time.measure(11_050, 10_000, 10_200);
  time.measure(11_001, 10_000, 10_002);
  time.measure(11_020, 10_000, 10_100);
  expect(time.toShared(5000)).toBe(6000);
  expect(time.toLocal(6000)).toBe(5000);
});

test('a clock that was set, or a Redis that has moved, is followed with the next answer', () => {
  const time = new RedisTime(() => 10_000);
  for (let sample = 0; sample < 8; sample++) time.measure(11_001, 10_000, 10_002);
  time.measure(3050, 10_000, 10_100);
  expect(time.toShared(10_000)).toBe(3000);
});

test('a time that has just passed elsewhere is not in the future, but a future time is', () => {
  const time = new RedisTime(() => 10_000);
  time.measure(10_010, 10_000, 10_020);
  expect(time.toLocal(10_015)).toBe(10_000);
  expect(time.toLocal(9000)).toBe(9000);
  expect(time.toLocal(15_000)).toBe(15_000);
});
