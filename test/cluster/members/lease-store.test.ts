import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createNamespace } from '../../../src/cluster/connection/namespace.ts';
import type { RedisConnection } from '../../../src/cluster/connection/redis-connection.ts';
import { type Announcement, parseAnnouncement } from '../../../src/cluster/members/announcement.ts';
import type { BeatReply, HeldExchange, LeaseStore } from '../../../src/cluster/members/lease-store.ts';
import { RedisLeaseStore } from '../../../src/cluster/members/redis-lease-store.ts';
import { openReadyConnection } from '../../support/cluster/members/redis-connections.ts';
import { SimulatedLeases } from '../../support/cluster/members/simulated-leases.ts';
import { type RedisServer, startRedis } from '../../support/programs/redis.ts';
import { describeWithRedis } from '../../support/programs/with-redis.ts';
import { eventually } from '../../support/socket-client.ts';

const leaseMs = 2000;

interface Subject {
  readonly connect: (me: string) => LeaseStore;
  readonly flush: () => Promise<unknown>;
  readonly announced: readonly Announcement[];
}

function beat(store: LeaseStore, held: readonly HeldExchange[] = [], isLeaving = false): Promise<BeatReply> {
  return store.beat({ isLeaving, held, seen: () => 0 });
}

/** A history of commands that covers each rule, as text without times. The fencing numbers are replaced by their order. */
async function play({ connect, flush, announced }: Subject): Promise<readonly string[]> {
  const [a, b, c] = [connect('a'), connect('b'), connect('c')];
  const fences = new Map<string, number[]>();
  const lines: string[] = [];
  const order = (exchange: string, fence: number): number => {
    const known = fences.get(exchange) ?? [];
    if (!known.includes(fence)) known.push(fence);
    fences.set(exchange, known);
    return known.toSorted((one, other) => one - other).indexOf(fence);
  };
  const note = (what: string, leases: BeatReply['leases']): void => {
    const rows = leases
      .map((one) => `${one.exchange} ${one.instance} ${order(one.exchange, one.fence)} ${one.isHandover}`)
      .sort();
    lines.push(`${what}: ${rows.join(', ')}`);
  };
  const first = await a.claim('x', 'a', null);
  expect(first).toBeNull();
  note('nobody', (await beat(a)).leases);
  await beat(b);
  const x = await b.claim('x', 'a', null);
  if (!x) throw new Error('no lease');
  note('claimed for another', [x]);
  note(
    'wanted',
    (
      await beat(b, [
        { exchange: 'y', fence: null },
        { exchange: 'x', fence: null },
      ])
    ).leases,
  );
  note('too low', [(await b.claim('x', 'b', { instance: 'c', fence: x.fence + 5 })) ?? x]);
  const raised = (await beat(a)).leases.find(({ exchange }) => exchange === 'x') ?? x;
  expect(await a.transfer(x, 'b')).toBeNull();
  expect(await a.transfer(raised, 'nobody')).toBeNull();
  const given = await a.transfer(raised, 'b');
  note('given', given ? [given] : []);
  await a.release(raised);
  await beat(b, [], true);
  note('not to one that leaves', [(await a.claim('z', 'b', null)) ?? []].flat());
  await flush();
  note('kept', (await beat(b, [{ exchange: 'x', fence: given?.fence ?? 0 }])).leases);
  note('the higher wins', (await beat(c, [{ exchange: 'x', fence: (given?.fence ?? 0) + 9 }])).leases);
  note('lost', (await beat(b, [{ exchange: 'x', fence: given?.fence ?? 0 }])).leases);
  await c.leave();
  note('left', (await beat(a, [{ exchange: 'x', fence: 1 }])).leases);
  await eventually(() => announced.length === 5);
  for (const { exchange, instance, isHandover } of announced) lines.push(`${exchange} ${instance} ${isHandover}`);
  return lines;
}

describeWithRedis('the leases in Redis', () => {
  let redis: RedisServer;
  let connection: RedisConnection;
  beforeAll(async () => {
    redis = await startRedis();
    connection = await openReadyConnection(redis.url, { timeoutMs: 5000 });
  });
  beforeEach(() => redis.cli('FLUSHALL'));
  afterAll(async () => {
    await connection?.close();
    await redis?.close();
  });
  const connect = (instance: string, ms = leaseMs): LeaseStore => {
    const options = { connection, namespace: createNamespace('t', 0), instance, channel: 'owners', leaseMs: ms };
    return new RedisLeaseStore({ ...options, exchanges: null });
  };

  test('follow the rules of the model', async () => {
    const announced: Announcement[] = [];
    const listening = connection.listen('owners', (message) => {
      const announcement = parseAnnouncement(message);
      if (announcement) announced.push(announcement);
    });
    await listening.ready;
    const real = await play({ connect, flush: () => redis.cli('FLUSHALL'), announced });
    listening.close();
    const simulatedAnnounced: Announcement[] = [];
    const leases = new SimulatedLeases(Date.now, leaseMs, (announcement) => simulatedAnnounced.push(announcement));
    const simulated = await play({
      connect: (me) => ({
        beat: async (request) => leases.beat(me, request),
        claim: async (...args) => leases.claim(...args),
        transfer: async (...args) => leases.transfer(...args),
        release: async (lease) => leases.release(lease),
        leave: async () => leases.leave(me),
      }),
      flush: async () => leases.flush(),
      announced: simulatedAnnounced,
    });
    expect(real).toEqual(simulated);
    expect(real).toContain('kept: x b 2 false');
    expect(real).toContain('lost: x c 3 false');
    expect(real).toContain('not to one that leaves: ');
  });

  test('run out, and their numbers outlive them', async () => {
    const [a, b] = [connect('a', 50), connect('b', 50)];
    await beat(a);
    const first = await a.claim('x', 'a', null);
    await eventually(async () => (await beat(b)).leases.length === 0);
    const second = await b.claim('x', 'b', null);
    expect(second?.fence).toBeGreaterThan(first?.fence ?? 0);
    expect((await beat(a, [{ exchange: 'x', fence: first?.fence ?? 0 }])).leases).toMatchObject([{ instance: 'b' }]);
  });
});
