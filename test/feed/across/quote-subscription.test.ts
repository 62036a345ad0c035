import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { QuoteSubscription } from '../../../src/feed/across/quote-subscription.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Ticker } from '../../../src/market/model/ticker.ts';
import type { Quote } from '../../../src/market/quotes/quote.ts';
import { tickerOf } from '../../support/fakes/fake-market-data.ts';
import { ManualClock, settle } from '../../support/fakes/manual-clock.ts';
import { PlayedTopic } from '../../support/feed/played-topic.ts';
import { Reader } from '../../support/feed/reader.ts';

const symbol = 'BTC/USDT';
const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');
const gone = new MarketDataError('SYMBOL_NOT_FOUND', 'gone');

let clock: ManualClock;
let topics: readonly PlayedTopic<Ticker>[];
let subscription: QuoteSubscription;

beforeEach(() => {
  clock = new ManualClock();
  topics = ['a', 'b', 'c'].map((exchange) => new PlayedTopic<Ticker>(symbol, exchange));
  subscription = new QuoteSubscription(symbol, ['a', 'b', 'c'], clock);
});

afterEach(async () => {
  await subscription.return();
  expect([clock.pending, ...topics.map(({ subscribers }) => subscribers.size)]).toEqual([0, 0, 0, 0]);
});

function joinAll(): void {
  for (const topic of topics) {
    subscription.join(topic.request.exchange, (subscriber) => {
      topic.add(subscriber);
      return topic;
    });
  }
}

function tick(index: number, fields: Partial<Ticker>): void {
  const { exchange } = topics[index]?.request ?? { exchange: '' };
  topics[index]?.push(tickerOf({ exchange, symbol, receivedAt: clock.now(), ...fields }));
}

/** `last` and reason of each exchange. */
function toText(value: Quote | MarketDataError): string {
  if (value instanceof MarketDataError) return value.code;
  const texts = value.exchanges.map(({ ticker, leftOut, errorCode }) => ticker?.last ?? errorCode ?? leftOut ?? '-');
  return texts.join(' ');
}

const read = (): Reader<Quote> => new Reader(subscription, toText);

test('the first quote comes at once, and then one for each change', async () => {
  joinAll();
  tick(0, { last: 1 });
  const reader = read();
  await settle();
  expect(reader.texts).toEqual(['1 FAILED FAILED']);
  await clock.advance(100);
  tick(1, { last: 2 });
  await settle();
  expect(reader.texts).toEqual(['1 FAILED FAILED', '1 2 FAILED']);
});

test('changes within 100 ms become one quote with the newest values', async () => {
  joinAll();
  tick(0, { last: 1 });
  const reader = read();
  await settle();
  for (let last = 2; last <= 50; last++) {
    tick(0, { last });
    tick(1, { last });
    await clock.advance(1);
  }
  await clock.advance(100);
  expect(reader.texts).toEqual(['1 FAILED FAILED', '50 50 FAILED']);
});

test('there are at most ten quotes in a second, however many changes', async () => {
  joinAll();
  const reader = read();
  for (let ms = 0; ms < 10_000; ms += 5) {
    tick(ms % 3, { last: ms });
    await clock.advance(5);
  }
  expect(reader.seen.length).toBeGreaterThan(95);
  expect(reader.seen.length).toBeLessThanOrEqual(101);
});

test('what changes only times or ages is no event', async () => {
  joinAll();
  tick(0, { last: 1 });
  const reader = read();
  await clock.advance(1000);
  tick(0, { last: 1 });
  await clock.advance(1000);
  expect(reader.texts).toEqual(['1 FAILED FAILED']);
});

test('a slow reader skips quotes and receives the newest, and nothing is computed for it meanwhile', async () => {
  joinAll();
  tick(0, { last: 1 });
  expect((await subscription.next()).value?.value).toMatchObject({ median: 1 });
  for (const last of [2, 3, 4]) {
    tick(0, { last });
    await clock.advance(200);
  }
  expect(subscription.offered).toBe(1);
  expect((await subscription.next()).value?.value).toMatchObject({ median: 4 });
  expect([subscription.offered, subscription.taken]).toEqual([2, 2]);
});

test('an exchange that sends nothing has failed with TIMEOUT after three seconds', async () => {
  joinAll();
  tick(0, { last: 1 });
  const reader = read();
  await clock.advance(2999);
  expect(reader.texts).toEqual(['1 FAILED FAILED']);
  await clock.advance(1);
  expect(reader.texts).toEqual(['1 FAILED FAILED', '1 TIMEOUT TIMEOUT']);
});

test('an exchange that fails or is delisted later is left out, and shows its last ticker while it may come back', async () => {
  joinAll();
  for (const index of [0, 1, 2]) tick(index, { last: index + 1 });
  const reader = read();
  await clock.advance(100);
  tick(1, { last: 2, stale: true });
  await clock.advance(100);
  expect(reader.seen.at(-1)).toMatchObject({
    median: 2,
    exchanges: [{}, { leftOut: 'STALE', ticker: { last: 2 } }, {}],
  });
  topics[2]?.fail(gone);
  await clock.advance(100);
  expect(reader.seen.at(-1)).toMatchObject({
    median: 1,
    exchanges: [{}, {}, { leftOut: 'NOT_LISTED', errorCode: 'SYMBOL_NOT_FOUND', ticker: null }],
  });
});

test('a failure of an exchange that has sent nothing yet is part of the next quote', async () => {
  joinAll();
  tick(0, { last: 1 });
  const reader = read();
  await clock.advance(100);
  const failing = topics[1];
  if (!failing) throw new TypeError('no topic');
  failing.error = down;
  subscription.onFailure(failing.subscribers, down, true);
  await settle();
  expect(reader.texts.at(-1)).toBe('1 EXCHANGE_UNAVAILABLE FAILED');
});

describe('starts', () => {
  test('with the first exchange that works, while the others are not even listed', async () => {
    const [topic] = topics;
    if (!topic) throw new TypeError('no topic');
    let isReady = false;
    void subscription.whenReady().then(() => {
      isReady = true;
    });
    subscription.join('a', (subscriber) => {
      topic.add(subscriber);
      return topic;
    });
    await settle();
    expect([isReady, subscription.isReady, subscription.latest]).toEqual([false, false, []]);
    tick(0, { last: 1 });
    await settle();
    expect([isReady, subscription.isReady]).toEqual([true, true]);
    subscription.refuse('b', gone);
    const reader = read();
    await settle();
    expect(reader.texts).toEqual(['1 SYMBOL_NOT_FOUND FAILED']);
  });

  test('not if no exchange lists the symbol', async () => {
    const start = subscription.whenReady();
    for (const exchange of ['a', 'b', 'c']) subscription.refuse(exchange, gone);
    await expect(start).rejects.toBe(gone);
    const reader = read();
    await settle();
    expect([reader.texts, reader.ended]).toEqual([['SYMBOL_NOT_FOUND'], true]);
  });

  test('not if all exchanges that list it will not work soon', async () => {
    joinAll();
    const start = subscription.whenReady();
    const [a, b, c] = topics;
    if (!a || !b || !c) throw new TypeError('no topic');
    subscription.onFailure(a.subscribers, down, true);
    c.fail(gone);
    expect(subscription.error).toBe(gone);
    subscription.onFailure(b.subscribers, down, true);
    await expect(start).rejects.toBe(down);
  });
});

test('it ends with the last exchange that lists the symbol', async () => {
  joinAll();
  tick(0, { last: 1 });
  const reader = read();
  await settle();
  for (const topic of topics) topic.fail(gone);
  await settle();
  expect([reader.texts.at(-1), reader.ended]).toEqual(['SYMBOL_NOT_FOUND', true]);
});

describe('a subscriber that joins later', () => {
  test('receives the last quote, as the same object, so that it is not executed again', async () => {
    joinAll();
    tick(0, { last: 1 });
    const { value: event } = await subscription.next();
    expect(subscription.latest[0]?.value).toBe(event?.value);
    await clock.advance(99);
    expect(subscription.latest[0]?.value).toBe(event?.value);
  });

  test('receives the ages of now, and all who join within 100 ms receive the same object', async () => {
    joinAll();
    tick(0, { last: 1 });
    await subscription.next();
    await clock.advance(5000);
    const [first] = subscription.latest;
    expect(first?.value).toMatchObject({ exchanges: [{ ageMs: 5000 }, {}, {}] });
    await clock.advance(50);
    expect(subscription.latest[0]?.value).toBe(first?.value);
  });

  test('changes nothing for those who were there before', async () => {
    joinAll();
    tick(0, { last: 1 });
    const reader = read();
    await settle();
    await clock.advance(50);
    tick(0, { last: 2 });
    await clock.advance(49);
    expect(subscription.latest[0]?.value).toMatchObject({ median: 1 });
    await clock.advance(1);
    expect(reader.texts.at(-1)).toBe('2 FAILED FAILED');
  });
});

test('after the end nothing joins, nothing is sent and every next is done', async () => {
  joinAll();
  const reader = read();
  await subscription.return();
  const late = new PlayedTopic<Ticker>(symbol, 'b');
  subscription.join('b', (subscriber) => {
    late.add(subscriber);
    return late;
  });
  subscription.fail(down);
  expect(late.subscribers.size).toBe(0);
  expect([await subscription.next(), await subscription.next()]).toEqual(
    Array(2).fill({ done: true, value: undefined }),
  );
  await settle();
  expect([reader.ended, reader.seen, subscription.latest]).toEqual([true, [], []]);
});

test('a topic that ends the subscription while it joins is left again', async () => {
  const hopeless = new PlayedTopic<Ticker>(symbol, 'a');
  const start = subscription.whenReady();
  subscription.refuse('b', gone);
  subscription.refuse('c', gone);
  subscription.join('a', (subscriber) => {
    hopeless.add(subscriber);
    subscriber.onFailure(hopeless.subscribers, down, true);
    return hopeless;
  });
  await expect(start).rejects.toBe(down);
  expect(hopeless.subscribers.size).toBe(0);
});

test('a clock that is set back does not delay the next quote', async () => {
  joinAll();
  tick(0, { last: 1 });
  const reader = read();
  await settle();
  await clock.advance(-3_600_000);
  tick(0, { last: 2 });
  await settle();
  expect(reader.texts.at(-1)).toBe('2 FAILED FAILED');
});

test('an error that is thrown into it ends it', async () => {
  joinAll();
  await expect(subscription.throw(down)).rejects.toBe(down);
  expect(topics.map(({ subscribers }) => subscribers.size)).toEqual([0, 0, 0]);
});
