import { beforeEach, expect, test } from 'vitest';
import type { RunningLease } from '../../../src/cluster/members/lease-store.ts';
import { OwnerTable } from '../../../src/cluster/members/owner-table.ts';

let now = 0;
let changes: string[] = [];
let table: OwnerTable;
beforeEach(() => {
  now = 1000;
  changes = [];
  table = new OwnerTable(
    'me',
    () => now,
    ({ owner, isHandover }) => changes.push(`${owner.kind}${isHandover ? ' by handover' : ''}`),
  );
});

function lease(instance: string, fence: number, isHandover = false): RunningLease {
  return { exchange: 'x', instance, fence, remainingMs: 100, isHandover };
}

test('a lease of this instance runs from when the command was sent, not from the answer', () => {
  table.take(lease('me', 5), 950);
  expect(table.ownerOf('x')).toEqual({ kind: 'self', fence: 5 });
  now = 1050;
  expect(table.ownerOf('x')).toEqual({ kind: 'none' });
  expect(table.own).toEqual([]);
  table.report();
  expect(changes).toEqual(['self', 'none']);
});

test('an answer that is older than an announcement changes nothing', () => {
  table.takeAnnouncement({ exchange: 'x', instance: 'b', fence: 6, isHandover: false });
  table.take(lease('a', 5), 900);
  expect(table.ownerOf('x')).toMatchObject({ instance: 'b', fence: 6 });
  // Sent before the announcement came, so it may not know of it.
  table.takeAll([], 900);
  expect(table.ownerOf('x')).toMatchObject({ instance: 'b' });
  table.takeAll([], 1001);
  expect(table.ownerOf('x')).toEqual({ kind: 'none' });
});

test('an exchange that comes by handover has no moment without an owner', () => {
  table.take(lease('a', 5), now);
  expect(table.takeAnnouncement({ exchange: 'x', instance: 'me', fence: 6, isHandover: true })).toBe(true);
  table.report();
  table.take(lease('me', 6, true), now);
  expect(changes).toEqual(['other', 'self by handover']);
});

test('a lease that is given away ends before the answer, and is reported with it', () => {
  table.take(lease('me', 5), now);
  table.suspend('x');
  expect(table.ownerOf('x')).toEqual({ kind: 'none' });
  table.report();
  table.take(lease('b', 6, true), now);
  expect(changes).toEqual(['self', 'other by handover']);
});

test('a message of a newer owner makes it known, and of a former owner is not heard', () => {
  table.take(lease('me', 5), now);
  expect(table.hear('x', 'b', 6)).toBe(true);
  expect(table.ownerOf('x')).toMatchObject({ instance: 'b' });
  for (const [instance, fence] of [
    ['a', 4],
    ['me', 5],
    ['c', 6],
  ] as const)
    expect(table.hear('x', instance, fence)).toBe(false);
  expect(table.hear('x', 'b', 6)).toBe(true);
});

test('a lease that Redis has although a newer one was seen is ended', () => {
  table.takeAnnouncement({ exchange: 'x', instance: 'b', fence: 6, isHandover: false });
  expect(table.takeAll([lease('me', 5)], 1001)).toMatchObject([{ instance: 'me', fence: 5 }]);
  expect(table.takeAll([lease('a', 5)], 1001)).toEqual([]);
});

test('alone, it calls what was asked for before and since, hears nobody, and wants all of it afterwards', () => {
  table.ownerOf('x');
  table.goAlone();
  table.ownerOf('y');
  expect(table.hear('x', 'b', 6)).toBe(false);
  expect(table.held).toEqual([
    { exchange: 'x', fence: null },
    { exchange: 'y', fence: null },
  ]);
  table.takeAll([lease('me', 7)], now);
  expect(table.ownerOf('x')).toEqual({ kind: 'self', fence: 7 });
  expect(changes).toEqual(['alone', 'self', 'none']);
});
