import { expect, test } from 'vitest';
import { Backlog } from '../../../../src/cluster/live/relays/backlog.ts';

test('returns all messages after a number', () => {
  const backlog = new Backlog();
  for (const number of [4, 5, 6]) backlog.add(number, `text ${number}`);
  expect(backlog.after(3)).toEqual(['text 4', 'text 5', 'text 6']);
  expect(backlog.after(5)).toEqual(['text 6']);
  expect(backlog.after(6)).toEqual([]);
});

test('returns null if it has not kept all of them', () => {
  const backlog = new Backlog();
  expect(backlog.after(0)).toBeNull();
  backlog.add(4, 'text');
  expect(backlog.after(2)).toBeNull();
});

test('is bounded by number', () => {
  const backlog = new Backlog();
  for (let number = 1; number <= 1000; number++) backlog.add(number, 'x');
  expect(backlog.after(743)).toBeNull();
  expect(backlog.after(744)).toHaveLength(256);
});

test('is bounded by size', () => {
  const backlog = new Backlog();
  for (let number = 1; number <= 10; number++) backlog.add(number, 'x'.repeat(10_000));
  expect(backlog.after(3)).toBeNull();
  expect(backlog.after(4)).toHaveLength(6);
});
