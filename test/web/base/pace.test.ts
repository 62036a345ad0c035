import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Pace } from '../../../web/src/base/pace.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test('the first value is handed on at once, then the newest of each interval', () => {
  const values: number[] = [];
  const pace = new Pace<number>(100, (value) => values.push(value));
  pace.push(1);
  pace.push(2);
  pace.push(3);
  expect(values).toEqual([1]);
  vi.advanceTimersByTime(100);
  expect(values).toEqual([1, 3]);
  pace.push(4);
  expect(values).toEqual([1, 3]);
  vi.advanceTimersByTime(100);
  expect(values).toEqual([1, 3, 4]);
});

test('after an interval without values, the next one does not wait', () => {
  const values: number[] = [];
  const pace = new Pace<number>(100, (value) => values.push(value));
  pace.push(1);
  vi.advanceTimersByTime(100);
  pace.push(2);
  expect(values).toEqual([1, 2]);
});

test('a value that waits is dropped when it stops', () => {
  const values: number[] = [];
  const pace = new Pace<number>(100, (value) => values.push(value));
  pace.push(1);
  pace.push(2);
  pace.stop();
  vi.runAllTimers();
  expect(values).toEqual([1]);
});
