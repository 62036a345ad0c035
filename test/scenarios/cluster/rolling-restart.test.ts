import { afterAll, beforeAll, expect, test } from 'vitest';
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

describeWithRedis('a rolling restart', () => {
  let redis: RedisServer;
  let binance: Venue;
  let history: CommonHistory;
  let cluster: ServerCluster;

  beforeAll(async () => {
    [redis, binance] = await Promise.all([startRedis(), createBinance()]);
    history = new CommonHistory([binance], symbol);
    cluster = await ServerCluster.start({ redis, count: 2, venues: { binance } });
    history.play();
  });

  afterAll(async () => {
    history.stop();
    await cluster[Symbol.asyncDispose]();
    await Promise.all([redis, binance].map((each) => each.close()));
  });

  test('is not noticed by subscribers of other instances', async () => {
    const [first, second] = cluster.servers;
    if (!first || !second) throw new Error('two instances were started');
    const followers = [first, second].map((server) => new Follower(server, market));
    await Promise.all(followers.map((follower) => follower.begin()));
    const owner = await cluster.streamerOf('binance');
    const [follower] = followers.filter(({ server }) => server !== owner);
    if (!follower) throw new Error('one instance is not the owner');

    // The owner stops, and the other one takes over.
    const mark = follower.tickers.length;
    owner.child.kill('SIGTERM');
    expect(await owner.ended).toEqual([0, null]);
    await eventually(() => cluster.streamersOf('binance').length === 1);
    expect(cluster.streamersOf('binance')).toEqual([follower.server.index]);
    await cluster.remove(owner);

    // Its replacement joins, and may take over in turn.
    const added = await cluster.add();
    await cluster.join();
    const late = new Follower(added, market);
    await late.begin();
    await eventually(() => follower.tickers.length > mark + 30);
    expect(follower.tickers.filter(({ stale }) => stale)).toEqual([]);
    await follower.expectComplete(history);
    await late.expectComplete(history);
    expect(cluster.streamersOf('binance')).toHaveLength(1);
  });
});
