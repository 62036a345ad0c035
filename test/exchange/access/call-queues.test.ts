import { expect, it } from 'vitest';
import { CallQueues } from '../../../src/exchange/access/call-queues.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { failureOf } from '../../support/exchange/venue-client.ts';
import { ManualClock, settle } from '../../support/fakes/manual-clock.ts';

const subject = { exchange: 'kraken', symbol: 'BTC/USD' };

function create({ concurrency = 1, maxWaiting = 100, paceMs = 0 } = {}) {
  const clock = new ManualClock();
  const queue = new CallQueues({
    exchange: 'kraken',
    clock,
    concurrency,
    maxWaiting,
    timeoutMs: 10_000,
    throttle: { paceMs },
  });
  return { clock, queue };
}

it('runs a limited number of calls, and the call that has waited longest gets the next turn', async () => {
  const { clock, queue } = create({ concurrency: 2 });
  const entered: number[] = [];
  const slots = [0, 1, 2, 3].map(async (number) => {
    const end = await queue.enter(subject);
    entered.push(number);
    return end;
  });
  await settle();
  expect(entered).toEqual([0, 1]);
  expect([queue.running, queue.waiting]).toEqual([2, 2]);
  (await slots[1])?.();
  await settle();
  expect(entered).toEqual([0, 1, 2]);
  // A turn that is ended twice frees one slot only.
  (await slots[1])?.();
  await settle();
  expect([queue.running, queue.waiting]).toEqual([2, 1]);
  for (const number of [0, 2, 3]) {
    (await slots[number])?.();
    await settle();
  }
  expect([queue.running, queue.waiting, clock.pending]).toEqual([0, 0, 0]);
});

it('refuses a call immediately when the queue is full, but not the calls that wait', async () => {
  const { queue } = create({ maxWaiting: 3 });
  const end = await queue.enter(subject);
  const waiting = Array.from({ length: 3 }, () => queue.enter(subject));
  const error = await failureOf(queue.enter(subject));
  expect(error).toMatchObject({ code: 'OVERLOADED', retryable: true, details: subject });
  expect(error.message).toBe(
    'kraken already has 3 calls waiting on this server, which is the maximum; try again in a moment.',
  );
  end();
  for (const call of waiting) (await call)();
  (await queue.enter(subject))();
});

it('refuses a call that still waits when the deadline has passed, and leaves no timer', async () => {
  const { clock, queue } = create();
  const end = await queue.enter(subject);
  const late = failureOf(queue.enter(subject));
  await clock.advance(9_999);
  expect(queue.waiting).toBe(1);
  await clock.advance(1);
  const error = await late;
  expect(error).toMatchObject({ code: 'OVERLOADED', details: subject });
  expect(error.message).toBe(
    'kraken has more calls waiting on this server than it accepts within 10000 ms; try again in a moment.',
  );
  expect([queue.running, queue.waiting, clock.pending]).toEqual([1, 0, 0]);
  end();
});

it("refuses a call immediately if its turn would come too late at the exchange's pace", async () => {
  const { queue } = create({ paceMs: 1000 });
  const end = await queue.enter(subject);
  const waiting = Array.from({ length: 7 }, () => queue.enter(subject));
  expect(queue.waiting).toBe(7);
  expect(await failureOf(queue.enter(subject))).toMatchObject({ code: 'OVERLOADED' });
  end();
  for (const call of waiting) (await call)();
});

it('refuses all calls that wait, each with its own error, and lets new ones wait', async () => {
  const { clock, queue } = create();
  const end = await queue.enter(subject);
  const failures = ['ETH/USD', 'SOL/USD'].map((symbol) => failureOf(queue.enter({ exchange: 'kraken', symbol })));
  queue.refuseWaiting((about) => new MarketDataError('RATE_LIMITED', 'kraken is limiting this server.', { ...about }));
  expect((await Promise.all(failures)).map(({ code, details }) => [code, details.symbol])).toEqual([
    ['RATE_LIMITED', 'ETH/USD'],
    ['RATE_LIMITED', 'SOL/USD'],
  ]);
  expect([queue.running, queue.waiting, clock.pending]).toEqual([1, 0, 0]);
  const next = queue.enter(subject);
  end();
  (await next)();
});

it('keeps queues apart: a full queue refuses only its own calls, and is emptied alone', async () => {
  const { queue } = create({ maxWaiting: 1 });
  const endFull = await queue.enter(subject, 'fapi');
  const waiting = failureOf(queue.enter(subject, 'fapi'));
  expect((await failureOf(queue.enter(subject, 'fapi'))).code).toBe('OVERLOADED');
  const end = await queue.enter(subject, 'api');
  const next = queue.enter(subject, 'api');
  expect([queue.running, queue.waiting]).toEqual([2, 2]);
  queue.refuseWaiting(
    () => new MarketDataError('RATE_LIMITED', 'kraken is limiting this server.'),
    (name) => name === 'fapi',
  );
  expect((await waiting).code).toBe('RATE_LIMITED');
  expect(queue.waiting).toBe(1);
  end();
  (await next)();
  endFull();
});

it('gives the time after which enough of the waiting calls have had their turn', async () => {
  const { queue } = create({ paceMs: 3000 });
  const calls = Array.from({ length: 3 }, () => queue.enter(subject));
  // The calls before the next one take 9 s; the longest likely wait is 7.5 s.
  expect(await failureOf(queue.enter(subject))).toMatchObject({ code: 'OVERLOADED', details: { retryAfterMs: 1500 } });
  for (const call of calls) (await call)();
});

it('does not count calls that have passed the throttle, and counts another queue only as far as it keeps up', async () => {
  const sent = new Map<string, number>();
  const clock = new ManualClock();
  const options = { exchange: 'kraken', clock, concurrency: 2, maxWaiting: 100, timeoutMs: 10_000 };
  const queue = new CallQueues({ ...options, throttle: { paceMs: 2600 }, sent: (name) => sent.get(name) ?? 0 });
  const calls = Array.from({ length: 3 }, () => queue.enter(subject, 'hangs'));
  expect((await failureOf(queue.enter(subject, 'hangs'))).code).toBe('OVERLOADED');
  sent.set('hangs', 2);
  calls.push(queue.enter(subject, 'hangs'), queue.enter(subject, 'hangs'));
  // Three calls wait in the first queue. One is ahead of the first call of the other queue, two are ahead of the
  // second.
  calls.push(queue.enter(subject, 'other'));
  expect((await failureOf(queue.enter(subject, 'other'))).code).toBe('OVERLOADED');
  expect([queue.running, queue.waiting]).toEqual([3, 3]);
  for (const call of calls) (await call)();
});

it('lets later calls pass one of low priority, for a second', async () => {
  const { clock, queue } = create();
  const entered: string[] = [];
  const enter = async (name: string, priority: 'normal' | 'low'): Promise<() => void> => {
    const end = await queue.enter(subject, '', priority);
    entered.push(name);
    return end;
  };
  const calls = [enter('running', 'normal'), enter('low', 'low'), enter('first', 'normal')];
  await settle();
  (await calls[0])?.();
  await settle();
  expect(entered).toEqual(['running', 'first']);
  await clock.advance(1000);
  calls.push(enter('second', 'normal'));
  await settle();
  (await calls[2])?.();
  await settle();
  expect(entered).toEqual(['running', 'first', 'low']);
  for (const call of calls.slice(1)) {
    (await call)?.();
    await settle();
  }
  expect([queue.running, queue.waiting, clock.pending]).toEqual([0, 0, 0]);
});
