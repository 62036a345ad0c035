import { expect, test } from 'vitest';
import { Allowance } from '../../../src/server/access/allowance.ts';

test('an address may have so many, and all together so many', () => {
  const allowance = new Allowance({ most: 3, maxPerAddress: 2, limitsLoopback: false });
  expect(['a', 'a', 'a', 'b', 'b', 'c'].map((address) => allowance.take(address))).toEqual([
    null,
    null,
    'address',
    null,
    'total',
    'total',
  ]);
  expect(allowance.total).toBe(3);
  allowance.release('a');
  expect(allowance.take('b')).toBeNull();
});

test('an address that holds nothing is forgotten', () => {
  const allowance = new Allowance({ most: 10, maxPerAddress: 1, limitsLoopback: false });
  allowance.take('a');
  allowance.take('a');
  allowance.take('b');
  expect(allowance.addresses).toBe(2);
  allowance.release('a');
  expect(allowance.addresses).toBe(1);
  expect(allowance.take('a')).toBeNull();
});

test.each([
  [true, 'address'],
  [false, null],
])('this machine is limited when that was asked for: %s', (limitsLoopback, excess) => {
  const allowance = new Allowance({ most: 10, maxPerAddress: 1, limitsLoopback });
  allowance.take('127.0.0.1');
  expect(allowance.take('127.0.0.1')).toBe(excess);
});
