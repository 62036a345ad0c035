import { expect, test } from 'vitest';
import { ConcurrencyLimit } from '../../../src/server/access/concurrency-limit.ts';

test('one address is limited, and so are all addresses together', () => {
  const limit = new ConcurrencyLimit({ max: 3, maxPerAddress: 2, limitsLoopback: false });
  expect(['a', 'a', 'a', 'b', 'b', 'c'].map((address) => limit.take(address))).toEqual([
    null,
    null,
    'address',
    null,
    'total',
    'total',
  ]);
  expect(limit.total).toBe(3);
  limit.release('a');
  expect(limit.take('b')).toBeNull();
});

test('an address without any open operation is forgotten', () => {
  const limit = new ConcurrencyLimit({ max: 10, maxPerAddress: 1, limitsLoopback: false });
  limit.take('a');
  limit.take('a');
  limit.take('b');
  expect(limit.addresses).toBe(2);
  limit.release('a');
  expect(limit.addresses).toBe(1);
  expect(limit.take('a')).toBeNull();
});

test.each([
  [true, 'address'],
  [false, null],
])('the limit per address applies to this machine only on request: %s', (limitsLoopback, scope) => {
  const limit = new ConcurrencyLimit({ max: 10, maxPerAddress: 1, limitsLoopback });
  limit.take('127.0.0.1');
  expect(limit.take('127.0.0.1')).toBe(scope);
});
