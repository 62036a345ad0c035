import { expect, it } from 'vitest';
import { CallQueue } from '../../../src/exchange/access/call-queue.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';
import { failureOf } from '../../support/venue-client.ts';

const subject = { exchange: 'kraken', symbol: 'BTC/USD' };

function create({ places = 1, maxWaiting = 100, paceMs = 0 } = {}) {
  const clock = new ManualClock();
  const queue = new CallQueue({
    exchange: 'kraken',
    clock,
    places,
    maxWaiting,
    timeoutMs: 10_000,
    throttle: { paceMs },
  });
  return { clock, queue };
}

it('gives so many places, and each that is given back to who has waited longest', async () => {
  const { clock, queue } = create({ places: 2 });
  const entered: number[] = [];
  const places = [0, 1, 2, 3].map(async (number) => {
    const leave = await queue.enter(subject);
    entered.push(number);
    return leave;
  });
  await settle();
  expect(entered).toEqual([0, 1]);
  expect([queue.running, queue.waiting]).toEqual([2, 2]);
  (await places[1])?.();
  await settle();
  expect(entered).toEqual([0, 1, 2]);
  // Given back twice, it is one place.
  (await places[1])?.();
  await settle();
  expect([queue.running, queue.waiting]).toEqual([2, 1]);
  for (const number of [0, 2, 3]) {
    (await places[number])?.();
    await settle();
  }
  expect([queue.running, queue.waiting, clock.pending]).toEqual([0, 0, 0]);
});

it('refuses at once who finds it full, and not those who wait', async () => {
  const { queue } = create({ maxWaiting: 3 });
  const leave = await queue.enter(subject);
  const waiting = Array.from({ length: 3 }, () => queue.enter(subject));
  const error = await failureOf(queue.enter(subject));
  expect(error).toMatchObject({ code: 'OVERLOADED', retryable: true, details: subject });
  expect(error.message).toBe(
    'kraken has 3 calls waiting here already, which is the most there may be; ask again in a moment.',
  );
  leave();
  for (const place of waiting) (await place)();
  (await queue.enter(subject))();
});

it('refuses who is still waiting when the deadline has passed, and keeps no timer of it', async () => {
  const { clock, queue } = create();
  const leave = await queue.enter(subject);
  const late = failureOf(queue.enter(subject));
  await clock.advance(9_999);
  expect(queue.waiting).toBe(1);
  await clock.advance(1);
  const error = await late;
  expect(error).toMatchObject({ code: 'OVERLOADED', details: subject });
  expect(error.message).toBe(
    'kraken has more calls waiting here than it takes within 10000 ms; ask again in a moment.',
  );
  expect([queue.running, queue.waiting, clock.pending]).toEqual([1, 0, 0]);
  leave();
});

it("refuses at once whose turn would come too late at the exchange's pace", async () => {
  const { queue } = create({ paceMs: 1000 });
  const leave = await queue.enter(subject);
  const waiting = Array.from({ length: 7 }, () => queue.enter(subject));
  expect(queue.waiting).toBe(7);
  expect(await failureOf(queue.enter(subject))).toMatchObject({ code: 'OVERLOADED' });
  leave();
  for (const place of waiting) (await place)();
});

it('sends away all who wait, each with an error of its own, and lets others wait again', async () => {
  const { clock, queue } = create();
  const leave = await queue.enter(subject);
  const failures = ['ETH/USD', 'SOL/USD'].map((symbol) => failureOf(queue.enter({ exchange: 'kraken', symbol })));
  queue.refuseWaiting((about) => new MarketDataError('RATE_LIMITED', 'kraken wants peace.', { ...about }));
  expect((await Promise.all(failures)).map(({ code, details }) => [code, details.symbol])).toEqual([
    ['RATE_LIMITED', 'ETH/USD'],
    ['RATE_LIMITED', 'SOL/USD'],
  ]);
  expect([queue.running, queue.waiting, clock.pending]).toEqual([1, 0, 0]);
  const next = queue.enter(subject);
  leave();
  (await next)();
});

it('keeps lines apart: a full one refuses its own calls alone, and is emptied alone', async () => {
  const { queue } = create({ maxWaiting: 1 });
  const leaveFull = await queue.enter(subject, 'fapi');
  const waiting = failureOf(queue.enter(subject, 'fapi'));
  expect((await failureOf(queue.enter(subject, 'fapi'))).code).toBe('OVERLOADED');
  const leave = await queue.enter(subject, 'api');
  const next = queue.enter(subject, 'api');
  expect([queue.running, queue.waiting]).toEqual([2, 2]);
  queue.refuseWaiting(
    () => new MarketDataError('RATE_LIMITED', 'kraken wants peace.'),
    (line) => line === 'fapi',
  );
  expect((await waiting).code).toBe('RATE_LIMITED');
  expect(queue.waiting).toBe(1);
  leave();
  (await next)();
  leaveFull();
});

it('says when it is worth asking again: when enough of those that wait have had their turn', async () => {
  const { queue } = create({ paceMs: 3000 });
  const calls = Array.from({ length: 3 }, () => queue.enter(subject));
  // 9 s of work before the next call, of which 7.5 s is the longest wait.
  expect(await failureOf(queue.enter(subject))).toMatchObject({ code: 'OVERLOADED', details: { retryAfterMs: 1500 } });
  for (const place of calls) (await place)();
});

it('counts what is past the throttle as before nobody, and another line as far as it keeps up with its own', async () => {
  const sent = new Map<string, number>();
  const clock = new ManualClock();
  const options = { exchange: 'kraken', clock, places: 2, maxWaiting: 100, timeoutMs: 10_000 };
  const queue = new CallQueue({ ...options, throttle: { paceMs: 2600 }, sent: (line) => sent.get(line) ?? 0 });
  const calls = Array.from({ length: 3 }, () => queue.enter(subject, 'hangs'));
  expect((await failureOf(queue.enter(subject, 'hangs'))).code).toBe('OVERLOADED');
  sent.set('hangs', 2);
  calls.push(queue.enter(subject, 'hangs'), queue.enter(subject, 'hangs'));
  // Of the three that wait there one is before the first of the other line, and two are before the second.
  calls.push(queue.enter(subject, 'other'));
  expect((await failureOf(queue.enter(subject, 'other'))).code).toBe('OVERLOADED');
  expect([queue.running, queue.waiting]).toEqual([3, 3]);
  for (const place of calls) (await place)();
});
