import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseExposition } from '../support/exposition.ts';
import { findFreePort } from '../support/programs/loopback-program.ts';
import { type RedisServer, startRedis } from '../support/programs/redis.ts';
import { describeWithRedis } from '../support/programs/with-redis.ts';
import { type AppServer, startServer } from '../support/server.ts';
import { connect, eventually, type Operation, subscribe } from '../support/socket-client.ts';
import { createBinance } from '../venues/binance/binance.ts';
import type { Venue } from '../venues/venue.ts';

const market = 'exchange: "binance", symbol: "BTC/USDT"';

/** Prints how many modules of the Redis client were loaded when the process ends. */
const countModules = `
  import { createRequire } from 'node:module';
  import { writeSync } from 'node:fs';
  const { cache } = createRequire('/');
  process.on('exit', () => {
    writeSync(1, 'loaded ' + Object.keys(cache).filter((file) => file.includes('@redis')).length + '\\n');
  });`;

test('without REDIS_URL, no code of a Redis client is loaded', async () => {
  await using server = await startServer({ built: { preload: countModules } });
  expect((await server.send({ path: '/ready' })).text).toBe('{"status":"ready"}');
  expect(await server.stop()).toBe(0);
  expect(server.output).toContain('loaded 0\n');
});

test('with REDIS_URL it is loaded, and the server starts without Redis and says why', async () => {
  const url = `redis://user:s3cret-word@127.0.0.1:${await findFreePort()}`;
  const env = { REDIS_URL: url, CLUSTER_TAKEOVER_MS: '1000' };
  await using server = await startServer({ built: { preload: countModules, env } });
  expect((await server.send({ path: '/ready' })).text).toBe('{"status":"ready","cluster":"alone"}');
  expect((await server.query('{ ticker(exchange: "sim", symbol: "BTC/USDT") { stale } }')).errors).toEqual([]);
  expect(await server.stop()).toBe(0);
  expect(server.output).toMatch(/loaded [1-9]/);
  expect(server.output).toContain('Nothing listens at the host and port of REDIS_URL. This instance continues alone');
  expect(server.output).not.toContain('s3cret-word');
});

describeWithRedis('two apps on one Redis', () => {
  let redis: RedisServer;
  let binance: Venue;
  let apps: AppServer[];
  const closing: (() => unknown)[] = [];

  beforeEach(async () => {
    [redis, binance] = await Promise.all([startRedis(), createBinance()]);
    const cluster = { redisUrl: redis.url, keyPrefix: 'tickql', takeoverMs: 2000 };
    // Queries at the same time may be further apart than a second on a busy machine.
    const config = { cluster, tickerTtlMs: 20_000 };
    const start = () => startServer({ config, venues: { binance }, logLevel: 'debug' });
    apps = await Promise.all([start(), start()]);
    await eventually(async () => {
      const seen = await Promise.all(apps.map(async (app) => parseExposition(await app.scrape())));
      return seen.every(({ find }) => find('tickql_cluster_instances') === 2);
    });
  });

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    await Promise.all(apps.map((app) => app.stop()));
    await Promise.all([redis.close(), binance.close()]);
  });

  function follow(app: AppServer, document: string): Operation {
    const client = connect(app.webSocketUrl);
    closing.push(() => client.dispose());
    return subscribe(client, document);
  }

  test('a query on both is one call', async () => {
    const query = `{ orderBook(${market}, limit: 5) { bids { price } } }`;
    const answers = await Promise.all(apps.flatMap((app) => [app.query(query), app.query(query)]));
    for (const { data, errors } of answers) {
      expect(errors).toEqual([]);
      expect(data).toEqual(answers[0]?.data);
    }
    expect(binance.count(/^\/api\/v3\/depth/)).toBe(1);
    expect(binance.count(/^\/api\/v3\/exchangeInfo/)).toBe(1);
  });

  test('a subscription on both is one stream, and all receive the same', async () => {
    const operations = apps.map((app) => follow(app, `subscription { tickerUpdated(${market}) { last source } }`));
    await Promise.all(operations.map((operation) => operation.until(1)));
    for (const last of ['65001', '65002']) {
      await eventually(() => binance.streamSockets > 0);
      binance.setTicker('BTC/USDT', { last });
      const hasCome = ({ results }: Operation) => results.at(-1)?.data?.tickerUpdated.last === Number(last);
      await eventually(() => operations.every(hasCome));
    }
    expect(binance.streamSockets).toBe(1);
    expect(operations.map(({ results }) => results.at(-1)?.data?.tickerUpdated.source)).toEqual(['STREAM', 'STREAM']);
  });

  test('one that stops hands its exchanges over, and the other goes on', async () => {
    const query = `{ ticker(${market}) { last stale } }`;
    expect((await apps[0]?.query(query))?.errors).toEqual([]);
    const isOwner = async (app: AppServer) =>
      parseExposition(await app.scrape()).find('tickql_cluster_owner', { exchange: 'binance' }) === 1;
    const owning = await Promise.all(apps.map(isOwner));
    expect([...owning].sort()).toEqual([false, true]);
    const [owner, other] = owning[0] ? apps : [...apps].reverse();
    if (!owner || !other) throw new Error('two apps were started');
    const operation = follow(other, `subscription { tickerUpdated(${market}) { last stale } }`);
    await operation.until(1);
    await owner.stop();
    expect(owner.app.stillOpen).toMatchObject({ clusterConnections: 0, streamPools: 0, exchanges: [] });
    // Redis has given it the exchange; the message that says so is on its way.
    await eventually(() => isOwner(other));
    binance.setTicker('BTC/USDT', { last: '65003' });
    await eventually(() => operation.results.at(-1)?.data?.tickerUpdated.last === 65003);
    expect(operation.results.filter(({ data }) => data?.tickerUpdated.stale)).toEqual([]);
    expect(owner.log.text).toContain('this instance has handed binance over');
  });

  test('the permissions that the documentation lists are enough, and each of them is needed', async () => {
    const page = readFileSync(new URL('../../docs/cluster.md', import.meta.url), 'utf8');
    const [, command = ''] = /^redis-cli (ACL SETUSER [^`]+)```/m.exec(page) ?? [];
    const words = command.replaceAll('\\\n', ' ').replaceAll("'", '').trim().split(/\s+/);
    await redis.cli(...words.map((word) => word.replaceAll('{tickql}', '{limited}')));
    await redis.cli('CONFIG', 'RESETSTAT');
    const redisUrl = redis.url.replace('//', '//tickql:password@');
    const cluster = { redisUrl, keyPrefix: 'limited', takeoverMs: 20_000 };
    const config = { cluster, requestsPerMinute: 1000, costPerMinute: 1_000_000 };
    const start = () => startServer({ config, venues: { binance }, logLevel: 'debug' });
    const limited = await Promise.all([start(), start()]);
    closing.push(() => Promise.all(limited.map((app) => app.stop())));
    const since = Date.now() - 90 * 24 * 60 * 60_000;
    const query = `{
      ticker(${market}) { last }
      candles(${market}, timeframe: "1h", since: ${since}, limit: 1000) { close }
    }`;
    for (const app of [...limited, ...limited]) expect((await app.query(query)).errors).toEqual([]);
    const operations = limited.map((app) => follow(app, `subscription { tradesExecuted(${market}) { price } }`));
    await Promise.all(limited.map((app) => eventually(() => app.app.counts.subscriptions > 0)));
    await limited[0]?.stop();
    for (const operation of operations) operation.stop();
    for (const app of limited) expect(app.log.lines.filter(({ level }) => level >= 40)).toEqual([]);
    expect(await redis.cli('ACL', 'LOG')).toBe('');
    const used = [...(await redis.cli('INFO', 'commandstats')).matchAll(/^cmdstat_([a-z]+)(?:\||:)/gm)].map(
      ([, name]) => name,
    );
    // The rest is for another database, and for candles that no longer fit.
    const granted = words.filter((word) => word.startsWith('+')).map((word) => word.slice(1));
    expect(granted.filter((name) => !used.includes(name))).toEqual(['select', 'del', 'zpopmin']);
  });

  test('an app says that it is a member, and logs it', async () => {
    for (const app of apps) {
      expect((await app.send({ path: '/ready' })).text).toBe('{"status":"ready","cluster":"member"}');
      expect(app.log.text).toMatch(/This is instance \S+ of a cluster of [12]\./);
    }
  });
});
