import { expect, test } from 'vitest';
import { toStale } from '../../../src/market/model/staleness.ts';

test('a value is marked stale in a frozen copy', () => {
  const value = { last: 1, stale: false };
  const stale = toStale(value);
  expect(stale).toEqual({ last: 1, stale: true });
  expect(Object.isFrozen(stale)).toBe(true);
  expect(value.stale).toBe(false);
});

test('a value that is stale already is returned as it is', () => {
  const value = { last: 1, stale: true };
  expect(toStale(value)).toBe(value);
});
