import { existsSync, readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { ServerCluster, type ServerClusterOptions } from '../../support/cluster/server-cluster.ts';
import { createCertificate } from '../../support/programs/certificate.ts';
import { type RedisServer, startRedis } from '../../support/programs/redis.ts';
import { describeWithRedis } from '../../support/programs/with-redis.ts';
import { eventually } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import type { Venue } from '../../venues/venue.ts';

const market = 'exchange: "binance", symbol: "BTC/USDT"';
const document = `subscription { tickerUpdated(${market}) { last } }`;
const query = `{ orderBook(${market}, limit: 5) { bestBid } }`;

/** The permissions that docs/cluster.md recommends. */
function readPermissions(): readonly string[] {
  const page = readFileSync(new URL('../../../docs/cluster.md', import.meta.url), 'utf8');
  const [, line] = /^redis-cli ACL SETUSER tickql on '>password' ((?:.*\\\n)*.*)$/m.exec(page) ?? [];
  if (line === undefined) throw new Error('docs/cluster.md has no command with the permissions');
  return line.replaceAll("'", '').split(/[\s\\]+/);
}

describeWithRedis('REDIS_URL', () => {
  const closing: (() => unknown)[] = [];

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function prepare(start: () => Promise<RedisServer>): Promise<readonly [RedisServer, Venue]> {
    const [redis, binance] = await Promise.all([start(), createBinance()]);
    closing.push(() => Promise.all([redis.close(), binance.close()]));
    return [redis, binance];
  }

  async function startCluster(options: ServerClusterOptions): Promise<ServerCluster> {
    // On a busy machine an instance may be late to say that it is alive, and nobody shall take over from it.
    const env = { CLUSTER_TAKEOVER_MS: '20000', ...options.env };
    const cluster = await ServerCluster.start({ ...options, env });
    closing.push(() => cluster[Symbol.asyncDispose]());
    return cluster;
  }

  test.runIf(existsSync('/usr/bin/openssl'))('has TLS, an ACL user, a password and a database', async () => {
    const certificate = createCertificate();
    closing.push(certificate.remove);
    const [redis, binance] = await prepare(() => startRedis({ certificate, password: 'admin' }));
    await redis.cli('ACL', 'SETUSER', 'tickql', 'on', '>p@ss/w:ord', ...readPermissions());
    const url = new URL(redis.url);
    url.username = 'tickql';
    url.password = encodeURIComponent('p@ss/w:ord');
    url.pathname = '/3';
    const cluster = await startCluster({
      redis,
      redisUrl: url.href,
      count: 2,
      venues: { binance },
      env: { NODE_EXTRA_CA_CERTS: certificate.path },
    });
    const operations = cluster.servers.map((server) => server.subscribe(document));
    await Promise.all(operations.map((operation) => operation.until(1)));
    await eventually(() => binance.streamSockets === 1);
    const answers = await Promise.all(cluster.servers.map((server) => server.query(query)));
    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    expect(binance.count(/depth/)).toBe(1);
    // All keys are in that database and under the prefix, and no command was refused.
    const keyspace = await redis.cli('INFO', 'keyspace');
    expect(keyspace.match(/^db\d+/gm)).toEqual(['db3']);
    const keys = (await redis.cli('-n', '3', 'KEYS', '*')).split('\n');
    expect(keys.filter((key) => !key.startsWith('{tickql}:'))).toEqual([]);
    expect(await redis.cli('ACL', 'LOG')).toBe('');
    for (const { output } of cluster.servers) expect(output).not.toMatch(/p@ss|p%40ss/);
  });

  test('with a wrong password leaves an instance alone, with a log line that says why', async () => {
    const [redis, binance] = await prepare(() => startRedis({ password: 'right-one' }));
    const redisUrl = redis.url.replace('right-one', 'wrong-one');
    const cluster = await ServerCluster.startApart({ redis, redisUrl, count: 1, venues: { binance } });
    closing.push(() => cluster[Symbol.asyncDispose]());
    const [server] = cluster.servers;
    await eventually(async () => (await server?.readState()) === 'alone');
    expect((await server?.query(query))?.errors).toEqual([]);
    const warnings = server?.logLines.filter(({ level, msg }) => level >= 40 && /Redis/.test(msg)) ?? [];
    expect(warnings).toEqual([{ level: 40, msg: expect.stringMatching(/refuses the user name or the password/) }]);
    expect(server?.output).not.toMatch(/wrong-one|redis:\/\//);
  });

  test.each([
    ['prefixes', (): Separation => ({ env: { REDIS_KEY_PREFIX: 'other' } })],
    ['databases', (redis: RedisServer): Separation => ({ redisUrl: `${redis.url}/1` })],
  ])('of two %s makes two clusters that do not meet', async (_what, separate) => {
    const [redis, binance] = await prepare(() => startRedis());
    const venues = { binance };
    const one = await startCluster({ redis, count: 1, venues });
    const other = await startCluster({ redis, count: 1, venues, ...separate(redis) });
    const servers = [...one.servers, ...other.servers];
    const operations = servers.map((server) => server.subscribe(document));
    await Promise.all(operations.map((operation) => operation.until(1)));
    await eventually(() => binance.streamSockets === 2);
    await Promise.all(servers.map((server) => server.query(query)));
    expect(binance.count(/depth/)).toBe(2);
    for (const server of servers) {
      expect(await server.readState()).toBe('member');
      expect((await server.scrape()).find('tickql_cluster_instances')).toBe(1);
    }
  });
});

type Separation = Pick<ServerClusterOptions, 'env' | 'redisUrl'>;
