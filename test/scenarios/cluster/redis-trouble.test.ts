import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { CommonHistory } from '../../support/cluster/history.ts';
import { Follower } from '../../support/cluster/live/followers.ts';
import { ServerCluster } from '../../support/cluster/server-cluster.ts';
import { type RedisServer, startRedis } from '../../support/programs/redis.ts';
import { describeWithRedis } from '../../support/programs/with-redis.ts';
import { eventually } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import type { Venue } from '../../venues/venue.ts';

const symbol = 'BTC/USDT';
const market = `exchange: "binance", symbol: "${symbol}"`;
const query = `{ orderBook(${market}, limit: 5) { bestBid stale } }`;
const takeoverMs = 3000;
/** How long an instance may take until it goes on alone: a lease, and the time to notice. */
const aloneMs = 5000;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

// The instances start while Redis is down, and stay the same for all tests: each test ends with a cluster that is whole.
describeWithRedis('Redis in trouble', () => {
  let redis: RedisServer;
  let binance: Venue;
  let history: CommonHistory;
  let cluster: ServerCluster;
  let followers: readonly Follower[];
  /** The number of the instance that gets the exchange while both are members. */
  let owner: number | null = null;

  beforeAll(async () => {
    [redis, binance] = await Promise.all([startRedis(), createBinance()]);
    history = new CommonHistory([binance], symbol);
    await redis.stop();
    cluster = await ServerCluster.startApart({
      redis,
      count: 2,
      venues: { binance },
      env: { CLUSTER_TAKEOVER_MS: String(takeoverMs), TICKER_TTL_MS: '1' },
    });
    history.play();
  });

  afterEach(() => history.play());

  afterAll(async () => {
    history.stop();
    await cluster[Symbol.asyncDispose]();
    await Promise.all([redis, binance].map((each) => each.close()));
  });

  /** All instances answer queries and send live values, whoever calls the exchange. */
  async function expectService(): Promise<void> {
    const answers = await Promise.all(cluster.servers.map((server) => server.query(query)));
    expect(answers.map(({ data, errors }) => [data?.orderBook.stale, errors])).toEqual(answers.map(() => [false, []]));
    const marks = followers.map(({ tickers }) => tickers.length);
    await eventually(() =>
      followers.every(({ tickers, source }, at) => source !== null && tickers.length > (marks[at] ?? 0) + 3),
    );
  }

  /** Nobody noticed anything but stale values, and one instance owns the exchange. */
  async function expectWhole(): Promise<void> {
    await cluster.join();
    if (owner === null) await wait(2 * takeoverMs);
    owner ??= (await cluster.streamerOf('binance')).index;
    await eventually(() => cluster.streamersOf('binance').join() === String(owner));
    await expectService();
    for (const follower of followers) await follower.expectComplete(history);
    history.play();
    await eventually(() => followers.every(({ trades }) => trades.results.length > 0));
    const idle = cluster.othersThan(await cluster.streamerOf('binance'));
    const calls = idle.map(({ paths }) => paths.binance?.calls);
    await expectService();
    expect(idle.map(({ paths }) => paths.binance?.calls)).toEqual(calls);
    expect(cluster.streamersOf('binance')).toHaveLength(1);
  }

  async function expectState(state: string, servers = cluster.servers, withinMs = aloneMs): Promise<void> {
    await eventually(async () => {
      const states = await Promise.all(servers.map((server) => server.readState()));
      return states.every((each) => each === state);
    }, withinMs);
  }

  test('that is down at the start: each instance serves alone, and says so', async () => {
    await expectState('alone');
    followers = cluster.servers.map((server) => new Follower(server, market));
    await Promise.all(followers.map((follower) => follower.begin()));
    await expectService();
    expect(cluster.streamersOf('binance')).toHaveLength(2);
    for (const server of cluster.servers) {
      expect((await server.scrape()).find('tickql_cluster_state', { state: 'alone' })).toBe(1);
      expect(server.logLines.filter(({ level, msg }) => level >= 40 && /Redis/.test(msg))).not.toEqual([]);
      expect(server.output).not.toContain(`:${server.wire.port}`);
    }
    await redis.restart();
    await expectWhole();
  });

  test('that is killed, and comes back empty', async () => {
    await redis.kill();
    await expectState('alone');
    await expectService();
    expect(cluster.streamersOf('binance')).toHaveLength(2);
    await redis.restart();
    await expectWhole();
  });

  test('that is killed and back at once leaves the owner as it is', async () => {
    const { dials } = binance;
    await redis.restart();
    await expectWhole();
    expect([cluster.streamersOf('binance'), binance.dials]).toEqual([[owner], dials]);
  });

  test('that hangs', async () => {
    redis.pause();
    await expectState('alone');
    await expectService();
    redis.resume();
    await expectWhole();
  });

  test('that is slow: nothing else changes', async () => {
    for (const { wire } of cluster.servers) wire.delay(100);
    await expectService();
    await expectState('member', cluster.servers, takeoverMs);
    expect(cluster.streamersOf('binance')).toEqual([owner]);
    for (const { wire } of cluster.servers) wire.restore();
    await expectWhole();
  });

  test.each(['stall', 'cut'] as const)('that one instance cannot reach (%s)', async (fault) => {
    const cutOff = await cluster.streamerOf('binance');
    cutOff.wire[fault]();
    await expectState('alone', [cutOff]);
    await expectState('member', cluster.othersThan(cutOff), 100);
    // Both call the exchange, and both serve.
    await eventually(() => cluster.streamersOf('binance').length === 2);
    await expectService();
    cutOff.wire.restore();
    await expectWhole();
  });

  test('that forgets everything (FLUSHALL) leaves the owner as it is', async () => {
    const { dials } = binance;
    await redis.cli('FLUSHALL');
    await expectWhole();
    expect([cluster.streamersOf('binance'), binance.dials]).toEqual([[owner], dials]);
  });

  test('that is out of memory leaves the owner as it is', async () => {
    await redis.cli('CONFIG', 'SET', 'maxmemory', '1mb');
    await expect(redis.cli('SET', 'some-key', 'some-value')).resolves.toContain('OOM');
    await wait(takeoverMs);
    await expectService();
    await expectState('member', cluster.servers, 100);
    expect(cluster.streamersOf('binance')).toEqual([owner]);
    await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
    await expectWhole();
  });
});
