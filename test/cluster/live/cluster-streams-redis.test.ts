import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import type { RedisConnection } from '../../../src/cluster/connection/redis-connection.ts';
import { type FakeOwners, FakeOwnership } from '../../support/cluster/fakes/fake-owners.ts';
import { timeAheadBy } from '../../support/cluster/fakes/fake-time.ts';
import { exchange, LiveInstance } from '../../support/cluster/live/live-instances.ts';
import { openReadyConnection } from '../../support/cluster/members/redis-connections.ts';
import { type RedisServer, startRedis } from '../../support/programs/redis.ts';
import { describeWithRedis } from '../../support/programs/with-redis.ts';
import { eventually } from '../../support/socket-client.ts';

type Instance = LiveInstance<RedisConnection, FakeOwners>;

describeWithRedis('live data over Redis', () => {
  let redis: RedisServer;
  let ownership: FakeOwnership;
  const opened: Instance[] = [];

  const open = async (name: string): Promise<Instance> => {
    const parts = { owners: ownership.join(name), time: timeAheadBy(0), clock: systemClock };
    const instance = new LiveInstance({ ...parts, bus: await openReadyConnection(redis.url, { instance: name }) });
    opened.push(instance);
    return instance;
  };

  /** All trades that have been heard, in order. */
  const idsOf = (messages: readonly (readonly { readonly id: string | null }[])[]): readonly number[] =>
    messages.flatMap((trades) => trades.map(({ id }) => Number(id)));

  beforeAll(async () => {
    redis = await startRedis();
    ownership = new FakeOwnership(systemClock);
  });

  afterEach(async () => {
    for (const { streams, relays, bus } of opened.splice(0)) {
      streams.close();
      relays.close();
      await bus.close();
    }
  });

  afterAll(() => redis.close());

  test('values of the owner reach the others, also after all connections were cut', async () => {
    const [a, b] = [await open('a'), await open('b')];
    ownership.give(exchange, 'a');
    const [tickers, trades] = [b.listen('ticker'), b.listen('trades')];
    await eventually(() => a.feeds.opened.length === 2);
    a.sendTicker(1);
    a.sendTrades(1);
    await eventually(() => tickers.heard[0] === '1 first' && trades.heard[0] === '[1] first');
    for (let id = 2; id < 60; id++) {
      a.sendTrades(id);
      a.sendTicker(id);
      if (id === 20) await redis.cli('CLIENT', 'KILL', 'TYPE', 'pubsub');
      if (id === 40) await redis.cli('CLIENT', 'KILL', 'TYPE', 'normal');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await eventually(() => tickers.messages.at(-1)?.last === 59 && idsOf(trades.messages).at(-1) === 59);
    expect(idsOf(trades.messages)).toEqual(Array.from({ length: 59 }, (_, index) => index + 1));
    expect(b.repairs).toEqual([]);
  });

  test('nothing of an owner is heard once another one is known', async () => {
    const [a, b, c] = [await open('a2'), await open('b2'), await open('c2')];
    ownership.give(exchange, 'a2');
    const tickers = c.listen('ticker');
    await eventually(() => a.feeds.opened.length === 1);
    a.owners.isDeaf = true;
    ownership.give(exchange, 'b2');
    await eventually(() => b.feeds.opened.length === 1);
    b.sendTicker(2);
    a.sendTicker(1);
    a.sendTicker(3);
    await eventually(() => tickers.heard.includes('2 first'));
    expect(tickers.heard).toEqual(['down', '2 first']);
  });
});
