import { afterEach, expect, test } from 'vitest';
import type { ClusterServer } from '../../support/cluster/cluster-server.ts';
import { Follower } from '../../support/cluster/followers.ts';
import { CommonHistory } from '../../support/cluster/history.ts';
import { ServerCluster } from '../../support/cluster/server-cluster.ts';
import { type RedisServer, startRedis } from '../../support/programs/redis.ts';
import { describeWithRedis } from '../../support/programs/with-redis.ts';
import { eventually } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import type { Venue } from '../../venues/venue.ts';

const symbol = 'BTC/USDT';
const market = `exchange: "binance", symbol: "${symbol}"`;
const count = 3;
const patientMs = 20_000;
const defaultTakeoverMs = 5000;

interface Scene {
  readonly redis: RedisServer;
  /** A stand-in for each instance, all with the same trades and candles. */
  readonly venues: readonly Venue[];
  readonly history: CommonHistory;
  readonly cluster: ServerCluster;
  readonly followers: readonly Follower[];
  readonly owner: ClusterServer;
  /** The number of the owner, and of its stand-in. */
  readonly index: number;
}

describeWithRedis('the owner of an exchange', () => {
  let scene: Scene | null = null;

  afterEach(async () => {
    scene?.history.stop();
    await scene?.cluster[Symbol.asyncDispose]();
    await Promise.all([scene?.redis, ...(scene?.venues ?? [])].map((each) => each?.close()));
    scene = null;
  });

  /** All instances follow a market whose owner streams it. */
  async function start(takeoverMs: number): Promise<Scene> {
    const redis = await startRedis();
    const venues = await Promise.all(Array.from({ length: count }, () => createBinance()));
    const history = new CommonHistory(venues, symbol);
    const cluster = await ServerCluster.start({
      redis,
      count,
      venues: (index) => ({ binance: venues[index] ?? fail() }),
      env: { CLUSTER_TAKEOVER_MS: String(takeoverMs) },
    });
    history.play();
    const followers = cluster.servers.map((server) => new Follower(server, market));
    const owner = await findStreamer(cluster);
    const index = cluster.servers.indexOf(owner);
    scene = { redis, venues, history, cluster, followers, owner, index };
    await Promise.all(followers.map((follower) => follower.begin()));
    await eventually(() => followers.every(({ source }) => source === index), patientMs);
    return scene;
  }

  test('that is killed is replaced in time, without a gap', { timeout: 60_000 }, async () => {
    const { cluster, followers, owner, index, history } = await start(defaultTakeoverMs);
    const others = followers.filter(({ server }) => server !== owner);
    const marks = others.map(({ tickers }) => tickers.length);
    const killedAt = Date.now();
    owner.child.kill('SIGKILL');
    await eventually(() => others.every(({ source }) => source !== null && source !== index), patientMs);
    expect(Date.now() - killedAt).toBeLessThan(defaultTakeoverMs);
    await eventually(() => cluster.streamersOf('binance').length === 1, patientMs);
    for (const [at, follower] of others.entries()) {
      // The values are stale from the time that the loss is noticed until the new owner sends.
      const since = follower.tickers.slice(marks[at]);
      expect(since.some(({ stale }) => stale)).toBe(true);
      await follower.expectComplete(history);
    }
  });

  test('that is paused past its lease is replaced, and is not heard when it continues', {
    timeout: 60_000,
  }, async () => {
    const { venues, cluster, followers, owner, index, history } = await start(2000);
    const others = followers.filter(({ server }) => server !== owner);
    owner.child.kill('SIGSTOP');
    await eventually(() => others.every(({ source }) => source !== null && source !== index), patientMs);
    const successor = others[0]?.source;
    const marks = others.map(({ tickers }) => tickers.length);
    owner.child.kill('SIGCONT');
    // Its own subscribers follow the new owner, and it holds no stream any longer.
    await eventually(() => followers.every(({ source }) => source === successor), patientMs);
    await eventually(() => owner.paths.binance?.streams === 0, patientMs);
    expect(cluster.streamersOf('binance')).toHaveLength(1);
    const calls = owner.paths.binance?.calls;
    venues[index]?.reset();
    await eventually(() => others.every(({ tickers }, at) => tickers.length > (marks[at] ?? 0) + 20), patientMs);
    for (const [at, { tickers }] of others.entries()) {
      const since = tickers.slice(marks[at]);
      expect(new Set(since.map(({ last }) => CommonHistory.sourceOf(last)))).toEqual(new Set([successor]));
    }
    expect(owner.paths.binance?.calls).toBe(calls);
    expect(venues[index]?.requests).toEqual([]);
    for (const follower of followers) await follower.expectComplete(history);
  });
});

async function findStreamer(cluster: ServerCluster): Promise<ClusterServer> {
  await eventually(() => cluster.streamersOf('binance').length === 1, patientMs);
  return cluster.streamerOf('binance');
}

function fail(): never {
  throw new Error('there is no stand-in for this instance');
}
