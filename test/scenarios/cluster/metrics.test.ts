import { afterAll, beforeAll, expect, test } from 'vitest';
import { ServerCluster } from '../../support/cluster/server-cluster.ts';
import type { Exposition } from '../../support/exposition.ts';
import { type RedisServer, startRedis } from '../../support/programs/redis.ts';
import { describeWithRedis } from '../../support/programs/with-redis.ts';
import { eventually } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import type { Venue } from '../../venues/venue.ts';

const market = 'exchange: "binance", symbol: "BTC/USDT"';

describeWithRedis('the metrics of a cluster', () => {
  let redis: RedisServer;
  let binance: Venue;
  let cluster: ServerCluster;

  beforeAll(async () => {
    [redis, binance] = await Promise.all([startRedis(), createBinance()]);
    cluster = await ServerCluster.start({
      redis,
      count: 2,
      venues: { binance },
      env: { CLUSTER_TAKEOVER_MS: '2000' },
    });
  });

  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
    await Promise.all([redis, binance].map((each) => each.close()));
  });

  test('show the owner, the traffic, the ages, the requests by outcome, and takeovers', async () => {
    const document = `subscription { tickerUpdated(${market}) { last } }`;
    const operations = cluster.servers.map((server) => server.subscribe(document));
    await Promise.all(operations.map((operation) => operation.until(1)));
    const owner = await cluster.streamerOf('binance');
    const [other] = cluster.othersThan(owner);
    if (!other) throw new Error('two instances were started');
    for (const last of ['65001', '65002', '65003']) {
      binance.setTicker('BTC/USDT', { last });
      await eventually(() =>
        operations.every(({ results }) => results.at(-1)?.data?.tickerUpdated.last === Number(last)),
      );
    }
    expect((await other.query(`{ orderBook(${market}, limit: 5) { bestBid } }`)).errors).toEqual([]);
    binance.fault({ kind: 'status', status: 500, match: /trades/i });
    expect((await other.query(`{ trades(${market}, limit: 5) { price } }`)).errors).toHaveLength(1);
    binance.heal();

    const [owning, asking] = await Promise.all([owner.scrape(), other.scrape()]);
    expect(owning.find('tickql_cluster_owner', { exchange: 'binance' })).toBe(1);
    expect(asking.find('tickql_cluster_owner', { exchange: 'binance' })).toBe(0);
    for (const exposition of [owning, asking]) {
      expect(exposition.find('tickql_cluster_instances')).toBe(2);
      expect(exposition.find('tickql_cluster_state', { state: 'member' })).toBe(1);
      for (const direction of ['sent', 'received']) {
        for (const name of ['tickql_cluster_messages_total', 'tickql_cluster_bytes_total']) {
          expect([name, direction, sum(exposition, name, { direction }) > 0]).toEqual([name, direction, true]);
        }
      }
    }
    expect(sum(asking, 'tickql_cluster_requests_total', { outcome: 'answered' })).toBeGreaterThan(0);
    expect(sum(asking, 'tickql_cluster_requests_total', { outcome: 'failed' })).toBeGreaterThan(0);
    expect(sum(asking, 'tickql_cluster_request_duration_seconds_count')).toBeGreaterThan(1);
    expect(sum(asking, 'tickql_cluster_value_age_seconds_count', { kind: 'ticker' })).toBeGreaterThanOrEqual(3);
    expect(sum(asking, 'tickql_cluster_value_age_seconds_bucket', { kind: 'ticker', le: '1' })).toBeGreaterThan(0);

    owner.child.kill('SIGKILL');
    await eventually(async () => {
      const exposition = await other.scrape();
      return sum(exposition, 'tickql_cluster_owner_changes_total', { exchange: 'binance', change: 'taken_over' }) === 1;
    });
    const alone = await other.scrape();
    expect(alone.find('tickql_cluster_owner', { exchange: 'binance' })).toBe(1);
    expect(alone.find('tickql_cluster_instances')).toBe(1);
  });
});

/** The sum over all samples that have these labels. */
function sum({ samples }: Exposition, name: string, labels: Readonly<Record<string, string>> = {}): number {
  return samples
    .filter(
      (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )
    .reduce((total, { value }) => total + value, 0);
}
