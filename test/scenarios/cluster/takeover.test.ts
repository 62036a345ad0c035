import { afterEach, expect, test } from 'vitest';
import type { ClusterServer } from '../../support/cluster/cluster-server.ts';
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
const count = 3;
const defaultTakeoverMs = 5000;
/** Long enough to see that values are stale in between. */
const slowTakeoverMs = 10_000;

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
    scene = { redis, venues, history, cluster, followers, owner: first(cluster), index: 0 };
    await Promise.all(followers.map((follower) => follower.begin()));
    // The exchange may move once more, to an instance that came later.
    await eventually(() => {
      const [index, ...others] = cluster.streamersOf('binance');
      return others.length === 0 && followers.every(({ source }) => source === index);
    });
    const owner = await cluster.streamerOf('binance');
    scene = { ...scene, owner, index: owner.index };
    return scene;
  }

  test('that is killed is replaced in time, without a gap', async () => {
    const { cluster, followers, owner, index, history } = await start(defaultTakeoverMs);
    const others = followers.filter(({ server }) => server !== owner);
    const before = countCalls(others);
    const killedAt = Date.now();
    owner.child.kill('SIGKILL');
    await eventually(() => countCalls(others) > before);
    // A busy machine may notice late that the lease has expired.
    expect(Date.now() - killedAt).toBeLessThan(2 * defaultTakeoverMs);
    await eventually(() => others.every(({ source }) => source !== null && source !== index));
    await eventually(() => cluster.streamersOf('binance').length === 1);
    for (const follower of others) await follower.expectComplete(history);
  });

  test('that is killed leaves values that are marked stale', async () => {
    const { followers, owner, index, history } = await start(slowTakeoverMs);
    const others = followers.filter(({ server }) => server !== owner);
    owner.child.kill('SIGKILL');
    await eventually(() => others.every(({ tickers }) => tickers.at(-1)?.stale === true), slowTakeoverMs);
    await eventually(() => others.every(({ source }) => source !== null && source !== index));
    for (const follower of others) await follower.expectComplete(history);
  });

  test('that is paused past its lease is replaced, and is not heard when it continues', async () => {
    const { venues, cluster, followers, owner, index, history } = await start(defaultTakeoverMs);
    const others = followers.filter(({ server }) => server !== owner);
    owner.child.kill('SIGSTOP');
    await eventually(() => others.every(({ source }) => source !== null && source !== index));
    const successor = others[0]?.source;
    const readSources = ({ tickers }: Follower, mark: number): readonly number[] =>
      tickers.slice(mark).map(({ last }) => CommonHistory.sourceOf(last));
    const marks = others.map(({ tickers }) => tickers.length);
    venues[index]?.reset();
    owner.child.kill('SIGCONT');
    // An instance gets exchanges when it has lived for half a lease, which is longer than ten ticks take.
    await eventually(() => owner.paths.binance?.streams === 0);
    await eventually(() => others.every((each, at) => readSources(each, marks[at] ?? 0).length >= 10));
    for (const [at, follower] of others.entries()) {
      expect(new Set(readSources(follower, marks[at] ?? 0).slice(0, 10))).toEqual(new Set([successor]));
    }
    // It may get the exchange again, from the owner, and only once.
    await eventually(() => others.every((each, at) => readSources(each, marks[at] ?? 0).length >= 40));
    for (const [at, follower] of others.entries()) {
      const sources = readSources(follower, marks[at] ?? 0);
      const moves = sources.filter((source, position) => position > 0 && source !== sources[position - 1]);
      expect([[], [index]]).toContainEqual(moves);
    }
    await eventually(() => cluster.streamersOf('binance').length === 1);
    for (const follower of followers) await follower.expectComplete(history);
  });
});

/** The calls of instances to the exchange so far. */
function countCalls(followers: readonly Follower[]): number {
  return followers.reduce((sum, { server }) => sum + (server.paths.binance?.calls ?? 0), 0);
}

function first({ servers }: ServerCluster): ClusterServer {
  return servers[0] ?? fail();
}

function fail(): never {
  throw new Error('there is no instance or stand-in with this number');
}
