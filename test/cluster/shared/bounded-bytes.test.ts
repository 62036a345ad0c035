import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { createNamespace } from '../../../src/cluster/connection/namespace.ts';
import type { RedisConnection } from '../../../src/cluster/connection/redis-connection.ts';
import { BoundedBytes } from '../../../src/cluster/shared/bounded-bytes.ts';
import { openReadyConnection } from '../../support/cluster/members/redis-connections.ts';
import { settle } from '../../support/fakes/manual-clock.ts';
import { startWire, type Wire } from '../../support/faults/wire.ts';
import { type RedisServer, startRedis } from '../../support/programs/redis.ts';
import { describeWithRedis } from '../../support/programs/with-redis.ts';
import { eventually } from '../../support/socket-client.ts';

const namespace = createNamespace('test', 0);
const minuteMs = 60_000;

test('no more than some values wait for a Redis that is slow', async () => {
  let runs = 0;
  let release = (): void => {};
  const held = new Promise<number>((resolve) => {
    release = () => resolve(0);
  });
  const store = {
    get: async () => [],
    set: async () => {},
    run: () => {
      runs += 1;
      return held;
    },
  };
  const written: boolean[] = [];
  const onWritten = (isWritten: boolean): void => void written.push(isWritten);
  const bytes = new BoundedBytes({ store, namespace, clock: systemClock, onWritten });
  for (let turn = 0; turn < 1000; turn++) bytes.set(`page ${turn}`, Buffer.of(1), minuteMs);
  expect(runs).toBe(200);
  release();
  await settle();
  bytes.set('later', Buffer.of(1), minuteMs);
  expect(runs).toBe(201);
  // Those that did not wait, and those for which there was no place.
  expect(written).toEqual(Array.from({ length: 1000 }, () => false));
});

describeWithRedis('bytes that instances share', () => {
  let redis: RedisServer;
  let wire: Wire;
  let connections: RedisConnection[];

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(() => redis.close());

  beforeEach(async () => {
    await redis.cli('FLUSHALL');
    wire = await startWire(redis.port);
    connections = [];
  });

  afterEach(async () => {
    await Promise.all(connections.map((connection) => connection.close()));
    await wire.close();
  });

  async function open(maxBytes?: number, prefix = 'test', credentials = ''): Promise<BoundedBytes> {
    const store = await openReadyConnection(`redis://${credentials}127.0.0.1:${wire.port}`);
    connections.push(store);
    const options = { store, namespace: createNamespace(prefix, 0), clock: systemClock };
    return new BoundedBytes(maxBytes === undefined ? options : { ...options, maxBytes });
  }

  /** Writes values one after another, each once the one before is known. */
  async function write(bytes: BoundedBytes, values: readonly (readonly [key: string, value: Buffer])[]): Promise<void> {
    for (const [key, value] of values) {
      bytes.set(key, value, minuteMs);
      await eventually(async () => (await bytes.get([key]))[0]?.equals(value) ?? false);
    }
  }

  const known = async (bytes: BoundedBytes, keys: readonly string[]): Promise<readonly boolean[]> =>
    (await bytes.get(keys)).map((value) => value !== null);

  const sum = async (): Promise<number> => Number(await redis.cli('HGET', namespace.key('bytes-sizes'), ''));

  test('are the same for all instances of the cluster, and expire', async () => {
    const [one, other, stranger] = [await open(), await open(), await open(undefined, 'stranger')];
    const value = randomBytes(3000);
    await write(one, [
      ['a', value],
      ['b', Buffer.alloc(0)],
    ]);
    expect(await other.get(['a', 'unknown', 'b'])).toEqual([value, null, Buffer.alloc(0)]);
    expect(await stranger.get(['a'])).toEqual([null]);
    expect(await one.get([])).toEqual([]);
    other.set('a', Buffer.from('short'), 30);
    await eventually(async () => !(await known(one, ['a']))[0]);
    for (const name of ['bytes:b', 'bytes-uses', 'bytes-sizes']) {
      expect(Number(await redis.cli('PTTL', namespace.key(name)))).toBeGreaterThan(0);
    }
  });

  test('take no more than their size: those that were not used for longest are dropped', async () => {
    const bytes = await open(10_000);
    const page = (name: string) => [name, randomBytes(2000)] as const;
    await write(bytes, [page('a'), page('b'), page('c'), page('d')]);
    // Each takes about 2,400.
    await redis.cli('ZADD', namespace.key('bytes-uses'), '1', 'b', '2', 'a');
    await write(bytes, [page('e')]);
    expect(await known(bytes, ['a', 'b', 'c', 'd', 'e'])).toEqual([true, false, true, true, true]);
    expect(await sum()).toBeLessThanOrEqual(10_000);
    expect(await redis.cli('EXISTS', namespace.key('bytes:b'))).toBe('0');
    expect(await redis.cli('ZCARD', namespace.key('bytes-uses'))).toBe('4');
  });

  test('stay if they are read', async () => {
    const bytes = await open(10_000);
    await write(bytes, [['a', randomBytes(2000)]]);
    await redis.cli('ZADD', namespace.key('bytes-uses'), '1', 'a');
    await bytes.get(['a']);
    await eventually(async () => Number(await redis.cli('ZSCORE', namespace.key('bytes-uses'), 'a')) > 1);
  });

  test('a value that is replaced counts once, and a value that is larger than all may be leaves nothing', async () => {
    const bytes = await open(10_000);
    await write(bytes, [['a', randomBytes(2000)]]);
    const before = await sum();
    await write(bytes, [['a', randomBytes(1000)]]);
    expect(await sum()).toBe(before - 1000);
    bytes.set('b', randomBytes(20_000), minuteMs);
    await eventually(async () => (await sum()) === 0);
    await write(bytes, [['a', randomBytes(1000)]]);
    expect(await known(bytes, ['a', 'b'])).toEqual([true, false]);
  });

  test('are kept again after Redis has lost everything', async () => {
    const bytes = await open(10_000);
    await write(bytes, [['a', randomBytes(2000)]]);
    await redis.cli('FLUSHALL');
    expect(await known(bytes, ['a'])).toEqual([false]);
    await write(bytes, [['a', randomBytes(2000)]]);
    expect(await sum()).toBeGreaterThan(2000);
    expect(await sum()).toBeLessThan(3000);
  });

  test('are unknown while Redis does not answer, and nobody waits for long', async () => {
    const bytes = await open();
    await write(bytes, [['a', randomBytes(10)]]);
    wire.stall();
    const startedAt = performance.now();
    // If each waited, they would take ten seconds.
    for (let turn = 0; turn < 100; turn++) expect(await known(bytes, ['a'])).toEqual([false]);
    expect(performance.now() - startedAt).toBeLessThan(5000);
    for (let turn = 0; turn < 1000; turn++) bytes.set(`lost ${turn}`, randomBytes(10), minuteMs);
    wire.cut();
    expect(await known(bytes, ['a'])).toEqual([false]);
    wire.restore();
    await eventually(async () => (await known(bytes, ['a']))[0] ?? false);
    await write(bytes, [['b', randomBytes(10)]]);
  });

  test('need no other permissions than these', async () => {
    const scripts = '+time +hget +hset +hdel +hincrby +zadd +zpopmin +zscore +del +pexpire';
    const needed = `~{test}:* &{test}:* +ping +evalsha +eval +mget +set ${scripts}`.split(' ');
    await redis.cli('ACL', 'SETUSER', 'limited', 'on', '>word', ...needed);
    const bytes = await open(3000, 'test', 'limited:word@');
    await write(bytes, [
      ['a', randomBytes(2000)],
      ['b', randomBytes(2000)],
    ]);
    expect(await known(bytes, ['a', 'b'])).toEqual([false, true]);
  });

  test('are not written while Redis is out of memory, and are again later', async () => {
    const bytes = await open();
    await write(bytes, [['a', randomBytes(10)]]);
    await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
    try {
      bytes.set('b', randomBytes(10), minuteMs);
      await eventually(async () => (await redis.cli('ZSCORE', namespace.key('bytes-uses'), 'b')) !== '');
      expect(await known(bytes, ['a', 'b'])).toEqual([true, false]);
    } finally {
      await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
    }
    await write(bytes, [['b', randomBytes(10)]]);
  });
});
