import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FeedEvent } from '../../../src/feed/reconcile/feed-event.ts';
import { SharedTopics } from '../../../src/feed/topics/shared-topics.ts';
import type { SharableTopic, TopicSubscriber } from '../../../src/feed/topics/topic-subscriber.ts';
import { MarketDataError } from '../../../src/market/errors.ts';

/** A topic that a test plays. Its latest value is the one that was pushed last. */
class PlayedTopic implements SharableTopic<string> {
  readonly request: { readonly symbol: string };
  readonly subscribers = new Set<TopicSubscriber<string>>();
  hasEnded = false;
  latest: readonly FeedEvent<string>[] = [];

  constructor(symbol: string) {
    this.request = { symbol };
  }

  get isReady(): boolean {
    return this.latest.length > 0;
  }

  add(subscriber: TopicSubscriber<string>): void {
    this.subscribers.add(subscriber);
    for (const event of this.latest) subscriber.push(event);
  }

  remove(subscriber: TopicSubscriber<string>): void {
    this.subscribers.delete(subscriber);
  }

  push(value: string): void {
    this.latest = [{ key: this.request.symbol, value }];
    for (const subscriber of this.subscribers) for (const event of this.latest) subscriber.push(event);
  }

  fail(error: MarketDataError): void {
    this.hasEnded = true;
    for (const subscriber of this.subscribers) subscriber.endSource(this.subscribers, error, true);
    this.subscribers.clear();
  }
}

let topics: SharedTopics<string>;
let [a, b]: readonly [PlayedTopic, PlayedTopic] = [new PlayedTopic('A'), new PlayedTopic('B')];

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
  const again = new PlayedTopic('A');
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
