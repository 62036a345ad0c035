import { afterEach, expect, test } from 'vitest';
import { MemberScene, nameOwner } from '../../support/cluster/members/member-scene.ts';
import type { RedisOptions } from '../../support/programs/redis.ts';
import { describeWithRedis } from '../../support/programs/with-redis.ts';
import { eventually } from '../../support/socket-client.ts';

/** The lease of instances with the default of the tests. */
const leaseMs = 1200;
/** A busy machine may need some leases for what takes one. */
const soonMs = 10 * leaseMs;

describeWithRedis('members while Redis is in trouble', () => {
  const scenes: MemberScene[] = [];
  const open = async (options: RedisOptions = {}): Promise<MemberScene> => {
    const scene = await MemberScene.open(options);
    scenes.push(scene);
    return scene;
  };
  afterEach(async () => {
    for (const scene of scenes.splice(0)) await scene.close();
  });

  test('killed: all go on alone, without a moment in between; restarted empty: each exchange has one owner again', async () => {
    const scene = await open();
    const { redis } = scene;
    const [a, b] = await scene.joinAll(['a', 'b'], 6000);
    if (!a || !b) throw new Error('no instances');
    const exchanges = ['x', 'y', 'z', 'kraken', 'okx', 'gate'];
    for (const exchange of exchanges) for (const { members } of [a, b]) await members.find(exchange, 2000);
    const owned = exchanges.filter((exchange) => nameOwner(a, exchange) === 'a');
    const killedAt = performance.now();
    await redis.kill();
    await eventually(() => [a, b].every(({ members }) => members.status.state === 'alone'));
    expect(performance.now() - killedAt).toBeLessThan(soonMs);
    expect(a.changes.filter(({ exchange, owner }) => owned.includes(exchange) && owner.kind === 'none')).toEqual([]);
    expect(a.states.at(-1)).toMatch(/^alone: (There is no connection|Nothing listens|Redis closes)/);
    expect(a.members.ownerOf('new')).toEqual({ kind: 'alone' });
    expect(a.members.hear('kraken', 'b', Number.MAX_SAFE_INTEGER)).toBe(false);
    await redis.restart();
    await eventually(() => [a, b].every(({ members }) => members.status.instances.length === 2));
    await eventually(() =>
      exchanges.every((exchange) => new Set([a, b].map((one) => nameOwner(one, exchange))).size === 1),
    );
    for (const exchange of exchanges) {
      const kinds = [a, b].map(({ members }) => members.ownerOf(exchange).kind).sort();
      expect(kinds).toEqual(['other', 'self']);
    }
    // Nobody was without an owner on the way back.
    for (const { changes } of [a, b])
      expect(changes.filter(({ previous, owner }) => previous.kind === 'alone' && owner.kind === 'none')).toEqual([]);
  });

  test('down at the start: alone within a lease, and a member once it is there', async () => {
    const scene = await open();
    const { redis } = scene;
    await redis.kill();
    const startedAt = performance.now();
    const a = await scene.join('a');
    expect(performance.now() - startedAt).toBeLessThan(soonMs);
    expect(a.states).toEqual(['alone: Nothing listens at the host and port of REDIS_URL.']);
    expect(await a.members.find('kraken', 1000)).toEqual({ kind: 'alone' });
    await redis.restart();
    await eventually(() => nameOwner(a, 'kraken') === 'a');
    expect(a.states.at(-1)).toBe('member');
  });

  test('stopped or not answering: alone in time, and back as soon as it answers', async () => {
    const scene = await open();
    const { redis } = scene;
    const a = await scene.join('a');
    await a.members.find('kraken', 1000);
    redis.pause();
    await eventually(() => a.members.status.state === 'alone');
    expect(a.states.at(-1)).toBe('alone: Redis does not answer in time.');
    redis.resume();
    await eventually(() => nameOwner(a, 'kraken') === 'a');
    expect(a.changes.map(({ owner }) => owner.kind)).toEqual(['self', 'alone', 'self']);
  });

  test('cut off from one instance: that one is alone, the others take over and keep what they took', async () => {
    const scene = await open();
    const wire = await scene.wire();
    const cut = await scene.join('a', { url: `redis://127.0.0.1:${wire.port}` });
    await cut.members.find('kraken', 1000);
    const other = await scene.join('b', { exchanges: ['kraken'] });
    wire.cut();
    await eventually(() => nameOwner(cut, 'kraken') === 'alone');
    await eventually(() => nameOwner(other, 'kraken') === 'none' || nameOwner(other, 'kraken') === 'b');
    expect(await other.members.find('kraken', 2000)).toMatchObject({ kind: 'self' });
    wire.restore();
    await eventually(() => cut.members.status.state === 'member');
    const owners = (): string[] => [cut, other].map((instance) => nameOwner(instance, 'kraken'));
    await eventually(() => new Set(owners()).size === 1);
    expect(['a', 'b']).toContain(owners()[0]);
  });

  test('slow, but in time: nothing changes', async () => {
    const scene = await open();
    const wire = await scene.wire();
    const a = await scene.join('a', { url: `redis://127.0.0.1:${wire.port}` });
    await a.members.find('kraken', 1000);
    wire.delay(60);
    await new Promise((resolve) => setTimeout(resolve, 3 * leaseMs));
    expect(a.states).toEqual(['member']);
    expect(a.changes.map(({ owner }) => owner.kind)).toEqual(['self']);
  });

  test('out of memory: the cluster goes on', async () => {
    const scene = await open({ args: ['--maxmemory', '100kb', '--maxmemory-policy', 'noeviction'] });
    const [a, b] = await scene.joinAll(['a', 'b']);
    if (!a || !b) throw new Error('no instances');
    const owner = await a.members.find('kraken', 2000);
    expect(['self', 'other']).toContain(owner.kind);
    await new Promise((resolve) => setTimeout(resolve, 2 * leaseMs));
    expect([a.states, b.states]).toEqual([['member'], ['member']]);
    expect(a.members.ownerOf('kraken')).toEqual(owner);
  });

  test('a user with only the needed permissions is enough; one without is told what it lacks', async () => {
    const scene = await open();
    const { redis } = scene;
    const needed =
      '+ping +select +evalsha +eval +publish +subscribe +unsubscribe +time +hget +hset +hdel +hgetall +zadd +zremrangebyscore +zrange';
    await redis.cli('ACL', 'SETUSER', 'member', 'on', '>word', '~{t}:*', '&{t}:*', ...needed.split(' '));
    await redis.cli(
      'ACL',
      'SETUSER',
      'mute',
      'on',
      '>word',
      '~{t}:*',
      '&{t}:*',
      ...needed.replace(' +publish', '').split(' '),
    );
    const member = await scene.join('a', { url: `redis://member:word@127.0.0.1:${redis.port}` });
    await member.members.find('kraken', 1000);
    expect(nameOwner(member, 'kraken')).toBe('a');
    const mute = await scene.join('b', { url: `redis://mute:word@127.0.0.1:${redis.port}` });
    expect(mute.states).toEqual(['alone: The Redis user of REDIS_URL has no permission for the command publish.']);
    // The others would make it the owner of exchanges, and nobody would hear it.
    expect(await redis.cli('HKEYS', '{t}:v1:instances')).toBe('a');
  });
});
