import { afterEach, expect, test } from 'vitest';
import { createNamespace } from '../../../src/cluster/connection/namespace.ts';
import type { RedisConnection } from '../../../src/cluster/connection/redis-connection.ts';
import { createScript } from '../../../src/cluster/connection/redis-script.ts';
import { parseRedisUrl } from '../../../src/cluster/connection/redis-url.ts';
import {
  type ConnectionChanges,
  openConnection,
  openReadyConnection,
} from '../../support/cluster/members/redis-connections.ts';
import { createCertificate } from '../../support/programs/certificate.ts';
import { findFreePort } from '../../support/programs/loopback-program.ts';
import { type RedisOptions, type RedisServer, startRedis } from '../../support/programs/redis.ts';
import { describeWithRedis } from '../../support/programs/with-redis.ts';
import { eventually } from '../../support/socket-client.ts';

const disconnected = 'There is no connection to Redis.';

test('addresses come from the URL, and a wrong URL is not repeated', () => {
  expect(parseRedisUrl('rediss://us%40er:p%3Ass@example.com:7000/3')).toEqual({
    host: 'example.com',
    port: 7000,
    isTls: true,
    username: 'us@er',
    password: 'p:ss',
    database: 3,
  });
  expect(parseRedisUrl('redis://[::1]')).toMatchObject({ host: '::1', port: 6379, isTls: false, database: 0 });
  for (const url of ['http://user:secret@host', 'redis://:secret@host/x', 'secret'])
    expect(() => parseRedisUrl(url)).toThrow('REDIS_URL is not a valid redis: or rediss: URL.');
});

describeWithRedis('access to Redis', () => {
  const open: { close(): Promise<void> }[] = [];
  const start = async (options: RedisOptions = {}): Promise<RedisServer> => {
    const redis = await startRedis(options);
    open.push(redis);
    return redis;
  };
  const dial = (url: string, changes: ConnectionChanges = {}): RedisConnection => {
    const connection = openConnection(url, changes);
    open.push(connection);
    return connection;
  };
  /** Why the connection fails, once it has tried. */
  const findReason = async (url: string): Promise<string> => {
    const connection = dial(url, { timeoutMs: 5000 });
    await eventually(() => (connection.failure?.message ?? disconnected) !== disconnected);
    return connection.failure?.message ?? '';
  };

  afterEach(async () => {
    for (const resource of open.splice(0).reverse()) await resource.close();
  });

  test('a failure is a sentence that contains nothing of the URL', async () => {
    const redis = await start({ password: 'secret' });
    const { port } = redis;
    await redis.cli('ACL', 'SETUSER', 'limited', 'on', '>word', '~{t}:*', '&{t}:*', '+ping', '+set');
    const reasons = [
      await findReason(`redis://:wrong-secret@127.0.0.1:${port}`),
      await findReason(`redis://127.0.0.1:${port}`),
      await findReason(`redis://:secret@127.0.0.1:${port}/99`),
      await findReason(`redis://:secret@127.0.0.1:${await findFreePort()}`),
    ];
    expect(reasons).toEqual([
      'Redis refuses the user name or the password of REDIS_URL.',
      'Redis requires a password, but REDIS_URL has none.',
      'Redis does not have the database of REDIS_URL.',
      'Nothing listens at the host and port of REDIS_URL.',
    ]);
    const limited = await openReadyConnection(`redis://limited:word@127.0.0.1:${port}`);
    open.push(limited);
    const permission = 'The Redis user of REDIS_URL has no permission for the';
    await expect(limited.get(['{t}:a'])).rejects.toThrow(`${permission} command mget.`);
    await expect(limited.set('other', Buffer.from('a'), 10)).rejects.toThrow(`${permission} keys`);
    limited.listen('{t}:a', () => {});
    await eventually(() => limited.failure?.message === `${permission} command subscribe.`);
  });

  test('a script that the user may not run says what is missing', async () => {
    const redis = await start();
    const permissions = ['+ping', '+evalsha', '+eval', '+time', '+hget', '~{t}:*'];
    await redis.cli('ACL', 'SETUSER', 'limited', 'on', '>word', ...permissions);
    const limited = await openReadyConnection(`redis://limited:word@127.0.0.1:${redis.port}`);
    open.push(limited);
    const run = (body: string, key: string): Promise<unknown> => limited.run(createScript(body), [key], []);
    const permission = 'The Redis user of REDIS_URL has no permission for the';
    await run(`return redis.call('HGET', KEYS[1], 'a')`, '{t}:a');
    await expect(run(`return redis.call('HGETALL', KEYS[1])`, '{t}:a')).rejects.toThrow(
      `${permission} commands of the scripts.`,
    );
    await expect(run(`return redis.call('HGET', KEYS[1], 'a')`, '{u}:a')).rejects.toThrow(
      `${permission} keys with the prefix REDIS_KEY_PREFIX.`,
    );
  });

  test('a Redis that is out of memory refuses values, but runs scripts and passes on messages', async () => {
    const redis = await start({ args: ['--maxmemory', '100kb', '--maxmemory-policy', 'noeviction'] });
    const connection = await openReadyConnection(redis.url);
    open.push(connection);
    await expect(connection.set('a', Buffer.alloc(1000), 1000)).rejects.toThrow('Redis is out of memory.');
    await connection.run(createScript(`return redis.call('HSET', KEYS[1], 'field', now)`), ['{t}:a'], []);
    expect(await connection.publish('a', Buffer.from('a'))).toBe(0);
  });

  test('TLS: the certificate must be trusted', async () => {
    const certificate = createCertificate();
    const redis = await start({ certificate, password: 'secret' });
    expect(await findReason(redis.url)).toBe('The TLS certificate of Redis is not trusted.');
    certificate.remove();
  });

  test('a database keeps its keys, and the namespace its channels', async () => {
    const redis = await start();
    const [one, two] = [await openReadyConnection(`${redis.url}/1`), await openReadyConnection(`${redis.url}/2`)];
    open.push(one, two);
    const names = [createNamespace('t', 1), createNamespace('t', 2), createNamespace('u', 1)];
    await one.set('{t}:v1:a', Buffer.from('1'), 10_000);
    expect(await two.get(['{t}:v1:a'])).toEqual([null]);
    expect(names.map(({ key }) => key('a'))).toEqual(['{t}:v1:a', '{t}:v1:a', '{u}:v1:a']);
    expect(names.map(({ channel }) => channel('a'))).toEqual(['{t}:v1:1:a', '{t}:v1:2:a', '{u}:v1:1:a']);
  });
});
