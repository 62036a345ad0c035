import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../src/base/clock.ts';
import { createNamespace } from '../../../src/cluster/connection/namespace.ts';
import type { RedisConnection } from '../../../src/cluster/connection/redis-connection.ts';
import { createSharedQuotas } from '../../../src/cluster/shared/quotas.ts';
import { createGate, type Gate, type GateOptions } from '../../../src/server/access/gate.ts';
import { openReadyConnection } from '../../support/cluster/members/redis-connections.ts';
import { startWire, type Wire } from '../../support/faults/wire.ts';
import { type RedisServer, startRedis } from '../../support/programs/redis.ts';
import { describeWithRedis } from '../../support/programs/with-redis.ts';
import { eventually } from '../../support/socket-client.ts';

const namespace = createNamespace('test', 0);
const principal = { address: '192.0.2.1', key: null } as const;

async function refusalOf(ask: () => unknown): Promise<unknown> {
  try {
    await ask();
    return null;
  } catch (error) {
    return error;
  }
}

describeWithRedis('quotas of all instances', () => {
  let redis: RedisServer;
  let wire: Wire;
  let connections: RedisConnection[];
  /** How many times as long as usual a request may wait for Redis, which is late on a busy machine. */
  let patience: number;
  const clock: Clock = {
    now: systemClock.now,
    after: (ms, callback) => systemClock.after(patience * ms, callback),
  };

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(() => redis.close());

  beforeEach(async () => {
    await redis.cli('FLUSHALL');
    wire = await startWire(redis.port);
    connections = [];
    patience = 50;
  });

  afterEach(async () => {
    await Promise.all(connections.map((connection) => connection.close()));
    await wire.close();
  });

  async function open(options: GateOptions): Promise<Gate> {
    const connection = await openReadyConnection(`redis://127.0.0.1:${wire.port}`);
    connections.push(connection);
    return createGate({
      ...options,
      createLimiter: createSharedQuotas({ redis: connection, namespace, clock }),
    });
  }

  /** Ends the minute of all subjects. */
  const endMinute = async (): Promise<unknown> => redis.cli('FLUSHALL');

  test('count the requests of a client, with the same error as in one instance', async () => {
    const gates = [await open({ requestsPerMinute: 3 }), await open({ requestsPerMinute: 3 })];
    for (const gate of [...gates, ...gates.slice(0, 1)]) await gate.takeRequest(principal);
    for (const gate of gates) {
      expect(await refusalOf(() => gate.takeRequest(principal))).toMatchObject({
        code: 'RATE_LIMITED',
        retryable: true,
        message: expect.stringMatching(
          /^This server accepts 3 requests per minute from each address; try again in (60|59|58) s\.$/,
        ),
        details: { retryAfterMs: expect.any(Number) },
      });
      expect(await refusalOf(() => gate.takeRequest({ ...principal, address: '192.0.2.2' }))).toBeNull();
    }
    await endMinute();
    expect(await refusalOf(() => gates[1]?.takeRequest(principal))).toBeNull();
  });

  test('count no cost that is refused', async () => {
    const [one, other] = [await open({ costPerMinute: 100 }), await open({ costPerMinute: 100 })];
    await one.takeCost(principal, 60);
    expect(await refusalOf(() => other.takeCost(principal, 41))).toMatchObject({ code: 'RATE_LIMITED' });
    expect(await refusalOf(() => other.takeCost(principal, 40))).toBeNull();
    expect(await refusalOf(() => one.takeCost(principal, 1))).toMatchObject({ code: 'RATE_LIMITED' });
  });

  test('count wrong keys', async () => {
    const options = { apiKeys: ['a'], requestsPerMinute: 2 };
    const [one, other] = [await open(options), await open(options)];
    const guess = (gate: Gate, key: string) => refusalOf(() => gate.identify('192.0.2.1', `Bearer ${key}`));
    expect(await guess(one, 'x')).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await guess(other, 'a')).toBeNull();
    expect(await guess(other, 'y')).toMatchObject({ code: 'UNAUTHENTICATED' });
    for (const gate of [one, other]) {
      expect(await guess(gate, 'a')).toMatchObject({
        code: 'RATE_LIMITED',
        message: expect.stringMatching(/^This address has sent too many wrong API keys; try again in \d+ s\.$/),
      });
    }
  });

  test('are kept in Redis for a minute, under names that show neither key nor address', async () => {
    const gate = await open({ requestsPerMinute: 5, costPerMinute: 5 });
    await gate.takeRequest(principal);
    await gate.takeCost({ ...principal, key: 'key-abcdef012345' }, 2);
    const names = (await redis.cli('KEYS', '*')).split('\n');
    expect(names).toHaveLength(2);
    for (const name of names) {
      expect(name).toMatch(/^\{test\}:v1:quota:(requests|cost):[\w-]{22}$/);
      expect(Number(await redis.cli('TTL', name))).toBeGreaterThan(55);
    }
  });

  test('need no other permissions than these', async () => {
    const needed = '~{test}:* &{test}:* +ping +evalsha +eval +set +get +incrby +pttl'.split(' ');
    await redis.cli('ACL', 'SETUSER', 'limited', 'on', '>word', ...needed);
    const connection = await openReadyConnection(redis.url.replace('//', '//limited:word@'));
    connections.push(connection);
    const limiter = await createSharedQuotas({ redis: connection, namespace, clock })('cost', 10);
    await limiter.penalty('a', 8);
    await limiter.reward('a', 3);
    expect(await limiter.get('a')).toMatchObject({ consumedPoints: 5 });
    expect(await redis.cli('KEYS', '*:quota:*')).not.toBe('');
  });

  test('give no credit for points that were counted elsewhere', async () => {
    const connection = await openReadyConnection(redis.url);
    connections.push(connection);
    const limiter = await createSharedQuotas({ redis: connection, namespace, clock })('cost', 10);
    expect(await limiter.get('a')).toBeNull();
    expect(await limiter.reward('a', 5)).toMatchObject({ consumedPoints: 0 });
    expect(await limiter.penalty('a', 8)).toMatchObject({ consumedPoints: 8 });
    expect(await limiter.reward('a', 5)).toMatchObject({ consumedPoints: 3 });
    expect(await limiter.get('a')).toMatchObject({ consumedPoints: 3, msBeforeNext: expect.any(Number) });
  });

  test.each([
    ['is cut off', () => wire.cut()],
    ['does not answer', () => wire.stall()],
  ])('are those of each instance while Redis %s, and are common again later', async (_how, disturb) => {
    const gates = [await open({ requestsPerMinute: 3 }), await open({ requestsPerMinute: 3 })];
    await gates[0]?.takeRequest(principal);
    disturb();
    patience = 1;
    for (const gate of gates) {
      for (let turn = 0; turn < 3; turn++) await gate.takeRequest(principal);
      expect(await refusalOf(() => gate.takeRequest(principal))).toMatchObject({ code: 'RATE_LIMITED' });
    }
    wire.restore();
    patience = 50;
    // Each instance counts in Redis again. Each attempt is for another client, because memory has counted the others.
    for (const gate of gates) {
      let attempt = 0;
      await eventually(async () => {
        await endMinute();
        await gate.takeRequest({ ...principal, address: `2001:db8::${attempt++}` });
        return (await redis.cli('KEYS', '*:quota:*')) !== '';
      });
    }
    await endMinute();
    const later = { ...principal, address: '192.0.2.9' };
    for (const gate of [...gates, ...gates.slice(0, 1)]) await gate.takeRequest(later);
    for (const gate of gates)
      expect(await refusalOf(() => gate.takeRequest(later))).toMatchObject({ code: 'RATE_LIMITED' });
  });

  test('are those of each instance while Redis is out of memory', async () => {
    const gate = await open({ requestsPerMinute: 1 });
    await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
    try {
      expect(await refusalOf(() => gate.takeRequest(principal))).toBeNull();
      expect(await refusalOf(() => gate.takeRequest(principal))).toMatchObject({ code: 'RATE_LIMITED' });
    } finally {
      await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
    }
  });
});
