import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ClusterServer } from '../../support/cluster/cluster-server.ts';
import { ServerCluster } from '../../support/cluster/server-cluster.ts';
import { type RedisServer, startRedis } from '../../support/programs/redis.ts';
import { describeWithRedis } from '../../support/programs/with-redis.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import type { Venue } from '../../venues/venue.ts';

const market = 'exchange: "binance", symbol: "BTC/USDT"';
// A busy machine may take a second for what takes milliseconds.
const upstreamTimeoutMs = 3000;
const ttlMs = 200;

describeWithRedis('instances whose exchange is slow', () => {
  let redis: RedisServer;
  let binance: Venue;
  let cluster: ServerCluster;
  let owner: ClusterServer;
  let other: ClusterServer;

  beforeAll(async () => {
    [redis, binance] = await Promise.all([startRedis(), createBinance()]);
    const env = {
      CLUSTER_TAKEOVER_MS: '10000',
      UPSTREAM_TIMEOUT_MS: String(upstreamTimeoutMs),
      TICKER_TTL_MS: String(ttlMs),
    };
    cluster = await ServerCluster.start({ redis, count: 2, venues: { binance }, env });
    await cluster.servers[0]?.query(`{ market(${market}) { symbol } }`);
    const owns = await Promise.all(
      cluster.servers.map(async (server) =>
        (await server.scrape()).find('tickql_cluster_owner', { exchange: 'binance' }),
      ),
    );
    const [first, second] = cluster.servers;
    if (!first || !second) throw new Error('two instances are needed');
    [owner, other] = owns[0] === 1 ? [first, second] : [second, first];
  });

  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
    await Promise.all([redis, binance].map((each) => each.close()));
  });

  test('wait for each other while it answers in several calls', async () => {
    binance.delayMs = 0.5 * upstreamTimeoutMs;
    const until = new Date(Math.floor(Date.now() / 86_400_000) * 86_400_000).toISOString();
    const query = `{ candles(${market}, timeframe: "5m", limit: 5000, until: "${until}") { timestamp } }`;
    const { data, errors } = await other.query(query);
    binance.delayMs = 0;
    expect(errors).toEqual([]);
    expect(data.candles).toHaveLength(5000);
    expect(binance.count(/klines/)).toBeGreaterThan(1);
  });

  test('have the last known value of each other when it hangs', async () => {
    const query = `{ ticker(${market}) { last stale } }`;
    const { data } = await owner.query(query);
    expect(data.ticker.stale).toBe(false);
    binance.fault({ kind: 'hang', match: /ticker/ });
    await setTimeout(2 * ttlMs);
    const answer = await other.query(query);
    binance.heal();
    expect(answer).toMatchObject({ errors: [], data: { ticker: { ...data.ticker, stale: true } } });
    const { samples } = await other.scrape();
    const requests = samples.filter(({ name, value }) => name === 'tickql_cluster_requests_total' && value > 0);
    expect(requests.map(({ labels }) => labels.outcome)).not.toContain('timeout');
  });
});
