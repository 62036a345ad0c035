import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FeedEvent } from '../../../src/feed/reconcile/feed-event.ts';
import { FeedSubscription } from '../../../src/feed/topics/feed-subscription.ts';
import { MarketDataError } from '../../../src/market/errors.ts';

const done = { done: true, value: undefined };

/** The event of a text, whose first letter is the key. */
function value(text: string): IteratorResult<FeedEvent<string>, undefined> {
  return { done: false, value: { key: text === 'same' ? 'a' : (text[0] ?? ''), value: text } };
}

/** A subscription of texts, and how often it has ended. */
function open(maxWaiting = 100) {
  let ends = 0;
  const subscription = new FeedSubscription<string>({
    sources: 1,
    maxWaiting,
    isSame: (seen, next) => seen === next,
    latest: () => [],
    isReady: () => true,
    onEnd: () => {
      ends++;
    },
  });
  const events = {
    push: (key: string, text: string) => subscription.push({ key, value: text }),
    next: () => subscription.next(),
    return: () => subscription.return(),
    finish: () => subscription.finish(),
    throw: (error: unknown) => subscription.throw(error),
    [Symbol.asyncIterator]: () => subscription,
  };
  return { events, subscription, ends: () => ends };
}

test('of values that were not taken, only the newest of each key comes', async () => {
  const { events } = open();
  for (const text of ['a1', 'a2', 'a3']) events.push('a', text);
  events.push('b', 'b1');
  const pulls = [events.next(), events.next(), events.next()];
  expect(await Promise.all(pulls.slice(0, 2))).toEqual([value('a3'), value('b1')]);
  events.push('c', 'c1');
  expect(await pulls[2]).toEqual(value('c1'));
});

test('keys come in the order in which their first events came', async () => {
  const { events } = open();
  events.push('a', 'a1');
  events.push('b', 'b1');
  events.push('a', 'a2');
  events.push('c', 'c1');
  expect(await events.next()).toEqual(value('a2'));
  events.push('a', 'a3');
  expect([await events.next(), await events.next(), await events.next()]).toEqual([
    value('b1'),
    value('c1'),
    value('a3'),
  ]);
});

test('a value that repeats what was seen last of its key does not come', async () => {
  const { events } = open();
  events.push('a', 'same');
  events.push('b', 'same');
  expect([await events.next(), await events.next()]).toEqual([
    value('same'),
    { ...value('same'), value: { key: 'b', value: 'same' } },
  ]);
  events.push('a', 'same');
  const pending = events.next();
  events.push('a', 'same');
  events.push('a', 'another');
  expect(await pending).toEqual(value('another'));
});

test('nor does it when a change in between was never taken', async () => {
  const { events } = open();
  events.push('a', 'seen');
  await events.next();
  events.push('a', 'passing');
  events.push('a', 'seen');
  events.push('b', 'b1');
  expect(await events.next()).toEqual(value('b1'));
  events.push('a', 'a-next');
  expect(await events.next()).toEqual(value('a-next'));
});

test('several pending next() are answered in order, one value each', async () => {
  const { events } = open();
  const pulls = [events.next(), events.next(), events.next()];
  events.push('a', 'a1');
  events.push('a', 'a1');
  events.push('a', 'a2');
  events.push('b', 'b1');
  expect(await Promise.all(pulls)).toEqual([value('a1'), value('a2'), value('b1')]);
});

test('return() while next() is pending resolves both and ends once', async () => {
  const { events, ends } = open();
  const pulls = [events.next(), events.next()];
  expect(await events.return()).toEqual(done);
  expect(await Promise.all(pulls)).toEqual([done, done]);
  expect(await events.return()).toEqual(done);
  expect(ends()).toBe(1);
});

test('return() drops what was not taken', async () => {
  const { events } = open();
  events.push('a', 'a1');
  await events.return();
  expect(await events.next()).toEqual(done);
});

test('throw() ends it and rejects with its error', async () => {
  const { events, ends } = open();
  const pending = events.next();
  await expect(events.throw(new Error('why'))).rejects.toThrow('why');
  expect(await pending).toEqual(done);
  expect(ends()).toBe(1);
});

test('break in a for await loop ends it', async () => {
  const { events, ends } = open();
  events.push('a', 'a1');
  for await (const event of events) {
    expect(event).toEqual({ key: 'a', value: 'a1' });
    break;
  }
  expect(ends()).toBe(1);
});

test.each(['return', 'finish'] as const)('after %s() every next() is done and pushes are ignored', async (way) => {
  const { events, ends } = open();
  await events[way]();
  for (let pull = 0; pull < 1000; pull++) {
    events.push('a', `a${pull}`);
    expect(await events.next()).toEqual(done);
  }
  expect(ends()).toBe(1);
});

test('finish() ends it when the last waiting event has been taken', async () => {
  const { events, ends } = open();
  events.push('a', 'a1');
  events.push('b', 'b1');
  events.finish();
  events.push('c', 'c1');
  events.finish();
  expect(await events.next()).toEqual(value('a1'));
  expect(ends()).toBe(0);
  expect(await events.next()).toEqual(value('b1'));
  expect(ends()).toBe(1);
  expect(await events.next()).toEqual(done);
  await events.return();
  expect(ends()).toBe(1);
});

test('finish() with nothing waiting resolves pending next()', async () => {
  const { events, ends } = open();
  const pending = events.next();
  events.finish();
  expect(await pending).toEqual(done);
  expect(ends()).toBe(1);
});

test('return() after finish() drops what was left and ends once', async () => {
  const { events, ends } = open();
  events.push('a', 'a1');
  events.finish();
  await events.return();
  expect(await events.next()).toEqual(done);
  expect(ends()).toBe(1);
});

test('however pushes and pulls alternate, events are in order, no neighbours are alike, and the latest is last', async () => {
  const push = fc.record({ key: fc.constantFrom('a', 'b'), digit: fc.integer({ min: 0, max: 2 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(push, fc.constant('pull' as const))), async (steps) => {
      const { events } = open();
      const pushed: string[] = [];
      const pulls: Promise<IteratorResult<FeedEvent<string>, undefined>>[] = [];
      for (const step of steps) {
        if (step === 'pull') {
          pulls.push(events.next());
          continue;
        }
        pushed.push(`${step.key}${step.digit}`);
        events.push(step.key, `${step.key}${step.digit}`);
      }
      events.finish();
      pulls.push(events.next(), events.next(), events.next());
      const seen = (await Promise.all(pulls)).flatMap((result) => (result.done ? [] : [String(result.value.value)]));
      for (const key of ['a', 'b']) {
        const ofKey = seen.filter((text) => text.startsWith(key));
        const given = pushed.filter((text) => text.startsWith(key));
        expect(ofKey.at(-1)).toBe(given.at(-1));
        expect(ofKey.filter((text, index) => text === ofKey[index - 1])).toEqual([]);
        let from = 0;
        for (const text of ofKey) {
          const at = given.indexOf(text, from);
          expect(at).toBeGreaterThanOrEqual(from);
          from = at + 1;
        }
      }
    }),
  );
});

test('with more keys than may wait, a subscriber that takes nothing is ended with SLOW_CONSUMER', async () => {
  const { events, ends } = open(3);
  for (const key of ['a', 'b', 'c', 'a']) events.push(key, `${key}1`);
  expect(ends()).toBe(0);
  events.push('d', 'd1');
  events.push('e', 'e1');
  const sent = await events.next();
  expect(sent.value?.value).toBeInstanceOf(MarketDataError);
  expect(sent.value?.value).toMatchObject({ code: 'SLOW_CONSUMER', retryable: true });
  expect(await events.next()).toEqual(done);
  expect(ends()).toBe(1);
});

test('a subscriber that takes each of many keys in time is never too slow', async () => {
  const { events } = open(3);
  for (let key = 0; key < 100; key++) {
    events.push(String(key), `${key}`);
    expect((await events.next()).value?.value).toBe(`${key}`);
  }
});

test('it ends with the last of its sources', async () => {
  let ends = 0;
  const subscription = new FeedSubscription<string>({
    sources: 2,
    maxWaiting: 1,
    isSame: () => false,
    latest: () => [],
    isReady: () => true,
    onEnd: () => {
      ends++;
    },
  });
  const [delisted, gone] = ['delisted', 'gone'].map((message) => new MarketDataError('SYMBOL_NOT_FOUND', message));
  if (!delisted || !gone) throw new Error('no errors');
  subscription.endSource({}, delisted, true);
  subscription.push({ key: 'a', value: 'a1' });
  subscription.endSource({}, gone, true);
  expect([await subscription.next(), await subscription.next()]).toEqual([
    value('a1'),
    { done: false, value: { key: 'error', value: gone } },
  ]);
  expect(ends).toBe(1);
  expect(await subscription.next()).toEqual(done);
});

test('more may wait for a while, and only the usual number once all have been taken', async () => {
  const { events, subscription } = open(2);
  events.push('a', 'a1');
  subscription.letWait(3);
  for (const key of ['b', 'c', 'd']) events.push(key, `${key}1`);
  subscription.letWait();
  for (const key of ['e', 'f']) events.push(key, `${key}1`);
  for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) expect(await events.next()).toEqual(value(`${key}1`));
  const next = events.next();
  events.push('a', 'a2');
  expect(await next).toEqual(value('a2'));
  for (const key of ['b', 'c', 'd']) events.push(key, `${key}2`);
  expect(await events.next()).toMatchObject({ value: { value: { code: 'SLOW_CONSUMER' } } });
});
