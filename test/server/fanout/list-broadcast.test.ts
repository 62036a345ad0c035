import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FeedEvent } from '../../../src/feed/reconcile/feed-event.ts';
import { SharedTopics } from '../../../src/feed/topics/shared-topics.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { EncodedPayload } from '../../../src/server/fanout/encoded-payload.ts';
import { ListBroadcast } from '../../../src/server/fanout/list-broadcast.ts';
import { WatchList } from '../../../src/server/fanout/watch-list.ts';
import { PlayedTopic } from '../../support/feed/played-topic.ts';
import { RecordedSubscription } from '../../support/server/fanout-scene.ts';

interface Price {
  readonly last: number;
}

let topics: Map<string, PlayedTopic<object>>;
/** Executions that wait, oldest first, by the value of their event. */
let waiting: Map<object, () => void>;
let isHeld: boolean;
let hasEnded: boolean;
let broadcast: ListBroadcast;
let lists: WatchList[];

async function encode({ key, value }: FeedEvent<object>): Promise<EncodedPayload> {
  if (isHeld) await new Promise<void>((resolve) => waiting.set(value, resolve));
  return new EncodedPayload(JSON.stringify(value instanceof MarketDataError ? value.code : [key, value]));
}

beforeEach(() => {
  topics = new Map();
  waiting = new Map();
  [isHeld, hasEnded, lists] = [false, false, []];
  broadcast = new ListBroadcast({
    source: new SharedTopics<object>(),
    encode,
    counts: { messages: 0, conflated: 0, unchanged: 0, slowConsumers: 0 },
    onEnd: () => {
      hasEnded = true;
    },
  });
});

afterEach(async () => {
  release();
  for (const list of lists) list.close();
  await nextTurn();
  expect(hasEnded).toBe(true);
  expect([...topics.values()].map(({ subscribers }) => subscribers.size)).toEqual([...topics.keys()].map(() => 0));
});

function release(value?: object): void {
  if (!value) isHeld = false;
  for (const [each, resolve] of waiting) {
    if (value && each !== value) continue;
    waiting.delete(each);
    resolve();
  }
}

function topicOf(symbol: string): PlayedTopic<object> {
  const topic = topics.get(symbol) ?? new PlayedTopic<object>(symbol);
  topics.set(symbol, topic);
  return topic;
}

function open(...symbols: readonly string[]): WatchList {
  const list = new WatchList({
    host: broadcast,
    keys: symbols,
    begunAt: broadcast.offered,
    hasLostMarket: false,
    slowConsumer: new EncodedPayload('"slow"'),
    counts: { messages: 0, conflated: 0, unchanged: 0, slowConsumers: 0 },
    onStalled: () => {},
    onLeave: () => {},
    onEnd: () => {},
  });
  broadcast.add(list, symbols.map(topicOf));
  lists.push(list);
  return list;
}

async function join(list: WatchList): Promise<RecordedSubscription> {
  const subscription = list.join((host) => new RecordedSubscription(host));
  await nextTurn();
  return subscription;
}

const price = (last: number): Price => ({ last });
const of = (symbol: string, last: number): string => JSON.stringify([symbol, price(last)]);

test('a newcomer receives the newest payload, even if it repeats the one that the others received', async () => {
  topicOf('A').push(price(1));
  const list = open('A');
  const first = await join(list);
  isHeld = true;
  const [second, third] = [price(2), price(3)];
  topicOf('A').push(second);
  await nextTurn();
  topicOf('A').push(third);
  const late = await join(list);
  // The newcomer has the third price before the others have the second.
  release(third);
  await nextTurn();
  topicOf('A').push(price(2));
  release();
  await nextTurn();
  expect([first.seen.at(-1), late.seen.at(-1)]).toEqual([of('A', 2), of('A', 2)]);
});

test('a market that was left while its tick was executed is sent to the next list in any case', async () => {
  topicOf('A').push(price(1));
  topicOf('B').push(price(1));
  open('B');
  const list = open('A');
  await nextTurn();
  isHeld = true;
  topicOf('A').push(price(2));
  await nextTurn();
  list.close();
  release();
  await nextTurn();
  // Its value is out of date meanwhile, so that nobody receives it at once.
  topicOf('A').latest = [];
  const late = await join(open('A', 'B'));
  topicOf('A').push(price(2));
  await nextTurn();
  expect(late.seen).toEqual([of('B', 1), of('A', 2)]);
});

test('a market that ends after it came back for a list that has left is left too', async () => {
  topicOf('A').push(price(1));
  topicOf('B').push(price(1));
  const both = open('A', 'B');
  const subscription = await join(both);
  isHeld = true;
  topicOf('B').push(price(2));
  await nextTurn();
  topicOf('A').fail(new MarketDataError('SYMBOL_NOT_FOUND', 'gone'));
  topics.delete('A');
  const late = open('A');
  expect(topicOf('A').subscribers.size).toBe(1);
  late.close();
  release();
  await nextTurn();
  expect(topicOf('A').subscribers.size).toBe(0);
  expect(subscription.hasEnded).toBe(false);
});

test('other work runs while many lists begin', async () => {
  for (const symbol of ['A', 'B']) topicOf(symbol).push(price(1));
  const list = open('A', 'B');
  await nextTurn();
  // Each look at the clock is 15 ms later.
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 15));
  const subscriptions = Array.from({ length: 20 }, () => list.join((host) => new RecordedSubscription(host)));
  await nextTurn();
  const begun = subscriptions.filter(({ seen }) => seen.length === 2).length;
  expect(begun).toBeLessThan(20);
  clock.mockRestore();
  for (let turn = 0; turn < 50; turn += 1) await nextTurn();
  expect(subscriptions.map(({ seen }) => seen)).toEqual(subscriptions.map(() => [of('A', 1), of('B', 1)]));
});
