import { afterEach, beforeEach, expect, test } from 'vitest';
import { SharedTopics } from '../../../src/feed/topics/shared-topics.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { PlayedTopic } from '../../support/feed/played-topic.ts';

let topics: SharedTopics<string>;
let [a, b]: readonly [PlayedTopic<string>, PlayedTopic<string>] = [new PlayedTopic('A'), new PlayedTopic('B')];

beforeEach(() => {
  topics = new SharedTopics();
  [a, b] = [new PlayedTopic('A'), new PlayedTopic('B')];
});

afterEach(async () => {
  await topics.return();
  expect([a.subscribers.size, b.subscribers.size]).toEqual([0, 0]);
});

const read = async (): Promise<unknown> => (await topics.next()).value?.value;

test('a topic that is added sends its latest value, then each change', async () => {
  a.push('1');
  topics.add([a]);
  expect(await read()).toBe('1');
  const next = read();
  a.push('2');
  expect(await next).toBe('2');
});

test('a topic is added once, and no longer sends anything after it was removed', async () => {
  topics.add([a]);
  topics.add([a, b]);
  a.push('1');
  b.push('2');
  topics.remove('A');
  a.push('3');
  expect(await read()).toBe('2');
  expect([topics.offered, topics.taken, a.subscribers.size]).toEqual([2, 2, 0]);
});

test('a newer value replaces one that was not taken', async () => {
  topics.add([a, b]);
  a.push('1');
  b.push('2');
  a.push('3');
  expect([await read(), topics.taken]).toEqual(['3', 3]);
  expect([await read(), topics.taken]).toEqual(['2', 2]);
});

test('a topic that ends sends its last value and its error, and can be added anew', async () => {
  topics.add([a, b]);
  const gone = new MarketDataError('SYMBOL_NOT_FOUND', 'gone');
  a.push('1');
  a.fail(gone);
  expect([topics.isReady('A'), topics.latest('A')]).toEqual([false, []]);
  const again = new PlayedTopic<string>('A');
  again.push('2');
  topics.add([again]);
  expect(await read()).toBe('2');
  expect((await topics.next()).value).toEqual({ key: 'A', value: gone });
  b.push('3');
  expect(await read()).toBe('3');
  topics.remove('A');
  expect(again.subscribers.size).toBe(0);
});

test('the latest value and readiness are those of the topic', () => {
  topics.add([a, b]);
  a.push('1');
  expect([topics.latest('A'), topics.latest('B'), topics.latest('C')]).toEqual([[{ key: 'A', value: '1' }], [], []]);
  expect([topics.isReady('A'), topics.isReady('B'), topics.isReady('C')]).toEqual([true, false, false]);
});

test('after return every next is done, a pending one too, and nothing can be added', async () => {
  topics.add([a]);
  const pending = topics.next();
  await topics.return();
  a.push('1');
  topics.add([a, b]);
  expect([await pending, await topics.next()]).toEqual([
    { done: true, value: undefined },
    { done: true, value: undefined },
  ]);
});
