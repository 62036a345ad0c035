import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ServerCluster } from '../../support/cluster/server-cluster.ts';
import { type RedisServer, startRedis } from '../../support/programs/redis.ts';
import { describeWithRedis } from '../../support/programs/with-redis.ts';
import { eventually } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import type { Venue } from '../../venues/venue.ts';

const root = resolve(import.meta.dirname, '../../..');
const market = 'exchange: "binance", symbol: "BTC/USDT"';
const warning = /another version/;

/** Copies the built server, with another version of the protocol. Returns the folder. */
function copyServer(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tickql-version-'));
  const isOfServer = (path: string): boolean => !path.startsWith(join(root, 'dist/bench'));
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true, filter: isOfServer });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const path = join(folder, 'dist/cluster/connection/namespace.js');
  const text = readFileSync(path, 'utf8');
  const changed = text.replace(/protocolVersion = (\d+)/, (_, version) => `protocolVersion = ${Number(version) + 1}`);
  if (changed === text) throw new Error('the version of the protocol is somewhere else');
  writeFileSync(path, changed);
  return folder;
}

describeWithRedis('instances of two protocol versions on one Redis', () => {
  let redis: RedisServer;
  let binance: Venue;
  let folder: string;
  const clusters: ServerCluster[] = [];

  beforeAll(async () => {
    folder = copyServer();
    [redis, binance] = await Promise.all([startRedis(), createBinance()]);
    const options = { redis, count: 1, venues: { binance } };
    clusters.push(await ServerCluster.start(options));
    clusters.push(await ServerCluster.start({ ...options, main: join(folder, 'dist/main.js') }));
  });

  afterAll(async () => {
    await Promise.all(clusters.map((cluster) => cluster[Symbol.asyncDispose]()));
    await Promise.all([redis, binance].map((each) => each.close()));
    rmSync(folder, { recursive: true });
  });

  test('act as two clusters, and say so in their logs', async () => {
    const servers = clusters.flatMap((cluster) => cluster.servers);
    const operations = servers.map((server) => server.subscribe(`subscription { tickerUpdated(${market}) { last } }`));
    await Promise.all(operations.map((operation) => operation.until(1)));
    await eventually(() => binance.streamSockets === 2);
    binance.setTicker('BTC/USDT', { last: '65001.5' });
    await eventually(() => operations.every(({ results }) => results.at(-1)?.data?.tickerUpdated.last === 65_001.5));
    for (const server of servers) {
      await eventually(() => server.logLines.some(({ level, msg }) => level >= 40 && warning.test(msg)));
      expect(server.logLines.filter(({ msg }) => warning.test(msg))).toHaveLength(1);
      expect(await server.readState()).toBe('member');
      expect((await server.scrape()).find('tickql_cluster_instances')).toBe(1);
    }
  });
});
