import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ServerCluster } from '../../support/cluster/server-cluster.ts';
import { type RedisServer, startRedis } from '../../support/programs/redis.ts';
import { describeWithRedis } from '../../support/programs/with-redis.ts';
import { eventually } from '../../support/socket-client.ts';

const perMinute = 10;
const [keyB, keyC, keyD, ...others] = Array.from({ length: 30 }, (_, index) => `test-key-0123456789-${index}`);

describeWithRedis('REQUESTS_PER_MINUTE', () => {
  let redis: RedisServer;
  let cluster: ServerCluster;
  /** The key whose quota is spent. */
  let spent: string | undefined;

  beforeAll(async () => {
    redis = await startRedis();
    cluster = await ServerCluster.startApart({
      redis,
      count: 2,
      venues: {},
      env: { EXCHANGES: 'sim', REQUESTS_PER_MINUTE: String(perMinute), API_KEYS: [keyB, keyC, keyD, ...others].join() },
    });
    await eventually(async () => (await readStates()).every((state) => state === 'member'));
    // The first requests of a process take long, and then each instance counts by itself.
    for (const key of ['wrong-key-0123456789', keyD]) await request(key, 4);
  });

  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
    await redis.close();
  });

  const readStates = (): Promise<readonly unknown[]> =>
    Promise.all(cluster.servers.map((server) => server.readState()));

  /** The statuses of requests with a key that go to the instances in turn. */
  async function request(key: string | undefined, count: number): Promise<readonly number[]> {
    const statuses: number[] = [];
    for (let index = 0; index < count; index++) {
      const server = cluster.servers[index % cluster.servers.length];
      const answer = await server?.post('{ __typename }', { authorization: `Bearer ${key}` });
      statuses.push(answer?.status ?? 0);
    }
    return statuses;
  }

  const allowed = (statuses: readonly number[]): number => statuses.filter((status) => status === 200).length;

  test('counts over all instances, for each key alone', async () => {
    const expected = [...Array(perMinute).fill(200), ...Array(4).fill(429)];
    // Where Redis needs more than 100 ms for an answer, as on a busy machine, an instance counts by itself for a moment.
    await eventually(async () => {
      spent = others.shift();
      return spent === undefined || isDeepStrictEqual(await request(spent, expected.length), expected);
    });
    expect(spent).toBeDefined();
    expect(await request(keyB, 2)).toEqual([200, 200]);
  });

  test('shows no key in Redis', async () => {
    const keys = await redis.cli('KEYS', '*');
    expect(keys).toMatch(/tickql/);
    expect(keys).not.toMatch(/key-0123/);
  });

  test('counts in each instance while Redis does not answer, and no request waits for it', async () => {
    // Until all have been answered: a request that waited for Redis would never be.
    redis.pause();
    const statuses = await request(keyC, 2 * perMinute + 4);
    redis.resume();
    expect(allowed(statuses)).toBe(2 * perMinute);
    expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([]);
    // Soon the instances count together again, and remember what was counted before.
    await eventually(async () => allowed(await request(spent, 2)) === 0);
  });
});
