import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import type { RedisConnection } from '../../../src/cluster/connection/redis-connection.ts';
import { withCaches } from '../../support/cluster/live/cached-port.ts';
import type { MemberInstance } from '../../support/cluster/members/member-instance.ts';
import { MemberScene, nameOwner } from '../../support/cluster/members/member-scene.ts';
import { openReadyConnection } from '../../support/cluster/members/redis-connections.ts';
import { RequestInstance } from '../../support/cluster/request-instance.ts';
import { FakeMarketData } from '../../support/fakes/fake-market-data.ts';
import { describeWithRedis } from '../../support/programs/with-redis.ts';
import { eventually } from '../../support/socket-client.ts';

interface Instance {
  readonly member: MemberInstance;
  readonly requests: RequestInstance;
  readonly exchanges: FakeMarketData;
  /** What its clients ask. */
  readonly port: FakeMarketData;
  /** As SIGKILL does. */
  kill(): Promise<void>;
}

/** How soon an instance is replaced. With this time an exchange stays where it is, even if a busy machine stops a while. */
const steadyMs = 6000;
const soonMs = 2000;

/** Longer than the queries of a test are apart on a busy machine. */
const ttlMs = 20_000;

const book = { exchange: 'kraken', symbol: 'BTC/USDT', limit: 5 };

describeWithRedis('requests between instances over Redis', () => {
  const scenes: MemberScene[] = [];
  const connections: RedisConnection[] = [];

  afterEach(async () => {
    await Promise.all(connections.splice(0).map((connection) => connection.close()));
    for (const scene of scenes.splice(0)) await scene.close();
  });

  /** Instances that share a Redis, those that do not own kraken first. */
  async function open(count: number, takeoverMs = steadyMs) {
    const scene = await MemberScene.open();
    scenes.push(scene);
    const members = await scene.joinAll(
      Array.from({ length: count }, (_, index) => `instance ${index}`),
      takeoverMs,
    );
    const instances = await Promise.all(members.map((member) => connect(scene, member)));
    for (const { members: owners } of members) await owners.find('kraken', takeoverMs);
    await eventually(() => members.every((member) => nameOwner(member, 'kraken').startsWith('instance')));
    const isOwner = ({ member }: Instance): boolean => member.members.ownerOf('kraken').kind === 'self';
    const [owner] = instances.filter(isOwner);
    const others = instances.filter((instance) => !isOwner(instance));
    const [first] = others;
    if (!owner || !first) throw new Error('no owner');
    return { scene, owner, others, first };
  }

  async function connect(scene: MemberScene, member: MemberInstance): Promise<Instance> {
    const owners = member.members;
    const exchanges = new FakeMarketData(systemClock);
    exchanges.set('BTC/USDT', { last: 5 });
    const bus = await openReadyConnection(scene.redis.url, { instance: owners.instance });
    connections.push(bus);
    const common = { bus, store: bus, owners, time: owners.time, clock: systemClock, exchanges };
    const requests = new RequestInstance({ ...common, served: withCaches(exchanges, systemClock, ttlMs) });
    const kill = async (): Promise<void> => {
      await Promise.all([bus.close(), member.kill()]);
    };
    return { member, requests, exchanges, port: withCaches(requests.source, systemClock, ttlMs), kill };
  }

  test('a stampede on all instances is one call', async () => {
    const { owner, others } = await open(4);
    const clients = others.flatMap(({ port }) => Array.from({ length: 25 }, () => port));
    const results = await Promise.all(clients.map((port) => port.fetchTickers('kraken', ['BTC/USDT'])));
    for (const tickers of results) expect(tickers.get('BTC/USDT')).toMatchObject({ value: { last: 5 } });
    await Promise.all(clients.map((port) => port.fetchOrderBook(book)));
    expect([owner.exchanges.tickerCalls.length, owner.exchanges.orderBookCalls.length]).toEqual([1, 1]);
    expect(others.flatMap(({ exchanges }) => exchanges.tickerCalls)).toEqual([]);
  });

  test('what several instances want is read from Redis', async () => {
    const { owner, others } = await open(3);
    const ask = async (index: number) => (await others[index]?.requests.source.fetchOrderBook(book))?.value;
    const values = [await ask(0), await ask(1), await ask(0)];
    await eventually(() => owner.requests.events.shared.includes('written'));
    const served = owner.requests.events.served.length;
    expect(await ask(1)).toMatchObject({ symbol: 'BTC/USDT', stale: values[0]?.stale });
    expect(others[1]?.requests.events.shared).toEqual(['hit']);
    expect(owner.requests.events.served.length).toBe(served);
  });

  test('thousands of markets and tickers arrive', async () => {
    const { owner, first } = await open(2);
    const symbols = Array.from({ length: 3000 }, (_, index) => `COIN${index}/USDT`);
    for (const symbol of symbols) owner.exchanges.set(symbol, { last: 1 });
    const { value: markets } = await first.requests.source.fetchMarkets('kraken');
    expect(symbols.filter((symbol) => !markets.has(symbol))).toEqual([]);
    const { value: screen } = await first.requests.source.fetchAllTickers({ exchange: 'kraken', type: null });
    expect(screen.tickers).toHaveLength(3001);
  });

  test('when the owner is killed, queries wait for the next one, and calls of feeds fail at once', async () => {
    const { owner, others, first } = await open(3, soonMs);
    await owner.kill();
    const feedCall = first.requests.feedData.fetchOrderBook(book, { maxAgeMs: 0 });
    await expect(feedCall).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE', retryable: true });
    // It has not waited for the next owner, which there is once the lease of the killed one has expired.
    expect(others.map(({ member }) => member.members.ownerOf('kraken').kind)).not.toContain('self');
    const values = await Promise.all(others.map(({ requests }) => requests.source.fetchOrderBook(book)));
    expect(values.map(({ value }) => value.symbol)).toEqual(['BTC/USDT', 'BTC/USDT']);
    expect(others.filter(({ exchanges }) => exchanges.orderBookCalls.length > 0)).toHaveLength(1);
  });

  test('when Redis is killed, an instance that waits calls the exchange itself', async () => {
    const { scene, owner, first } = await open(2, soonMs);
    owner.exchanges.hold();
    const answer = first.requests.source.fetchOrderBook(book);
    await eventually(() => owner.exchanges.orderBookCalls.length === 1);
    await scene.redis.kill();
    expect((await answer).value.symbol).toBe('BTC/USDT');
    expect(first.exchanges.orderBookCalls).toHaveLength(1);
  });

  test('without memory in Redis, owners answer', async () => {
    const { scene, owner, others } = await open(3);
    await scene.redis.cli('config', 'set', 'maxmemory', '1');
    for (const index of [0, 1, 0, 1]) {
      expect((await others[index]?.requests.source.fetchOrderBook(book))?.value.symbol).toBe('BTC/USDT');
    }
    await eventually(() => owner.requests.events.shared.includes('write_failed'));
  });
});
