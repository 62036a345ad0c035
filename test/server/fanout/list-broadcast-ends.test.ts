import { afterEach, expect, test } from 'vitest';
import { SharedTopics } from '../../../src/feed/topics/shared-topics.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { EncodedPayload } from '../../../src/server/fanout/encoded-payload.ts';
import { ListBroadcast } from '../../../src/server/fanout/list-broadcast.ts';
import { WatchList } from '../../../src/server/fanout/watch-list.ts';
import { settle } from '../../support/fakes/manual-clock.ts';
import { PlayedTopic } from '../../support/feed/played-topic.ts';
import { RecordedSubscription } from '../../support/server/fanout-scene.ts';

const counts = { messages: 0, conflated: 0, unchanged: 0, slowConsumers: 0 };
const gone = new MarketDataError('SYMBOL_NOT_FOUND', 'gone');
let release = (): void => {};
let held: Promise<void> = Promise.resolve();
let ended = 0;

const topics = new SharedTopics<object>();
const broadcast = new ListBroadcast({
  source: topics,
  encode: async ({ value }) => {
    await held;
    return new EncodedPayload(value instanceof Error ? value.message : JSON.stringify(value));
  },
  counts,
  onEnd: () => {
    ended += 1;
  },
});

afterEach(async () => {
  await topics.return();
});

function open(...listed: readonly PlayedTopic<object>[]): RecordedSubscription {
  const list = new WatchList({
    host: broadcast,
    keys: listed.map(({ request }) => request.symbol),
    begunAt: broadcast.offered,
    hasLostMarket: false,
    slowConsumer: new EncodedPayload('slow'),
    counts,
    onStalled: () => {},
    onLeave: () => {},
    onEnd: () => {},
  });
  broadcast.add(list, listed);
  return list.join((host) => new RecordedSubscription(host));
}

test('a market that ends while the broadcast is busy does not end lists that began with the same market anew', async () => {
  const before = new PlayedTopic<object>('A');
  const old = open(before);
  await settle();
  held = new Promise((resolve) => {
    release = resolve;
  });
  before.push({ n: 1 });
  await settle();
  before.fail(gone);
  const anew = new PlayedTopic<object>('A');
  const late = open(anew);
  release();
  await settle();
  anew.push({ n: 2 });
  await settle();
  expect([old.seen, old.hasEnded]).toEqual([['{"n":1}', 'gone'], true]);
  expect([late.seen, late.hasEnded]).toEqual([['{"n":2}'], false]);
  expect(ended).toBe(0);
  late.end();
  expect([ended, anew.subscribers.size]).toEqual([1, 0]);
});
