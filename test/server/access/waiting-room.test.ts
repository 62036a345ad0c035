import { beforeEach, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import { type LimitReached, WaitingRoom } from '../../../src/server/access/waiting-room.ts';
import { ManualClock, settle } from '../../support/fakes/manual-clock.ts';

let clock: ManualClock;
let room: WaitingRoom;
/** How much is left of each. */
let left: Map<string, number>;
let entered: string[];

beforeEach(() => {
  clock = new ManualClock();
  room = new WaitingRoom({ clock, maxBytes: 100, maxBytesPerAddress: 60 });
  left = new Map();
  entered = [];
});

/** One that needs one of each of the keys, in that order. */
function enter(name: string, keys: readonly string[], { address = 'a', bytes = 1 } = {}) {
  const owner = { name };
  const take = (): LimitReached | null => {
    const short = keys.find((key) => (left.get(key) ?? 0) === 0);
    if (short !== undefined) {
      const toError = () => new MarketDataError('TOO_MANY_SUBSCRIPTIONS', `no ${short} for ${name}`);
      return { key: short, isServerWide: false, toError };
    }
    for (const key of keys) left.set(key, (left.get(key) ?? 0) - 1);
    entered.push(name);
    return null;
  };
  const result = room.enter(owner, { address, bytes, take });
  return { owner, result: result.then((limit) => limit?.toError().message ?? null) };
}

function give(key: string, count = 1): void {
  left.set(key, (left.get(key) ?? 0) + count);
  room.onFreed(key);
}

test('each key has a queue: first come, first served', async () => {
  for (const name of ['x1', 'x2', 'x3']) enter(name, ['x']);
  for (const name of ['y1', 'y2']) enter(name, ['y']);
  give('y');
  give('x', 2);
  expect(entered).toEqual(['y1', 'x1', 'x2']);
  expect(room.size).toBe(2);
});

test('an operation that reaches another limit continues to wait for that limit', async () => {
  const { result } = enter('both', ['x', 'y']);
  enter('x', ['x']);
  give('x');
  expect(entered).toEqual(['x']);
  give('y');
  expect(entered).toEqual(['x']);
  give('x');
  expect(entered).toEqual(['x', 'both']);
  expect(await result).toBeNull();
  expect([room.size, clock.pending]).toEqual([0, 0]);
});

test('an operation that has waited for two seconds receives the limit, and the next one has its turn', async () => {
  const first = enter('first', ['x']);
  await clock.advance(1000);
  enter('second', ['x']);
  await clock.advance(1000);
  expect(await first.result).toBe('no x for first');
  give('x');
  expect(entered).toEqual(['second']);
});

test('an operation that leaves is settled at once, and takes nothing afterwards', async () => {
  const { owner, result } = enter('one', ['x']);
  room.leave(owner);
  room.leave(owner);
  expect(await result).toBe('no x for one');
  give('x');
  await settle();
  expect([entered, room.size, clock.pending]).toEqual([[], 0, 0]);
});

test('the memory of waiting operations is limited per address and in total; others are refused at once', async () => {
  const waiting = enter('a1', ['x'], { bytes: 60 });
  expect(await enter('a2', ['x']).result).toBe('no x for a2');
  enter('b1', ['x'], { address: 'b', bytes: 40 });
  expect(await enter('b2', ['x'], { address: 'b' }).result).toBe('no x for b2');
  room.leave(waiting.owner);
  enter('b3', ['x'], { address: 'b', bytes: 20 });
  give('x', 3);
  expect(entered).toEqual(['b1', 'b3']);
});
