import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MemberInstance } from '../../support/cluster/members/member-instance.ts';
import { fenceOf, MemberScene, nameOwner } from '../../support/cluster/members/member-scene.ts';
import { PausableClock } from '../../support/fakes/pausable-clock.ts';
import { describeWithRedis } from '../../support/programs/with-redis.ts';
import { eventually } from '../../support/socket-client.ts';

const exchanges = Array.from({ length: 24 }, (_, n) => `exchange${n}`);

describeWithRedis('the members of a cluster', () => {
  let scene: MemberScene;
  beforeEach(async () => {
    scene = await MemberScene.open();
  });
  afterEach(() => scene.close());

  /** Resolves once all instances know the same owner, and returns its name. */
  const agree = async (instances: readonly MemberInstance[], exchange: string): Promise<string> => {
    await Promise.all(instances.map(({ members }) => members.find(exchange, 5000)));
    await eventually(() => new Set(instances.map((instance) => nameOwner(instance, exchange))).size === 1);
    const [first] = instances;
    return first ? nameOwner(first, exchange) : '';
  };
  const split = async (instances: readonly MemberInstance[], exchange: string) => {
    const name = await agree(instances, exchange);
    const owner = instances.find(({ members }) => members.instance === name);
    if (!owner) throw new Error(`${name} owns ${exchange}`);
    return { owner, others: instances.filter((instance) => instance !== owner) };
  };

  test('all agree on one owner for each exchange, and the exchanges spread', async () => {
    const instances = await scene.joinAll(['a', 'b', 'c']);
    const names = await Promise.all(exchanges.map((exchange) => agree(instances, exchange)));
    for (const name of ['a', 'b', 'c']) expect(names.filter((owner) => owner === name).length).toBeGreaterThan(2);
    for (const exchange of exchanges) {
      const owners = instances.map(({ members }) => members.ownerOf(exchange));
      expect(owners.filter(({ kind }) => kind === 'self')).toHaveLength(1);
      expect(new Set(owners.map(fenceOf)).size).toBe(1);
    }
    expect(instances[0]?.members.status).toMatchObject({ state: 'member', instances: ['a', 'b', 'c'] });
    expect(instances[1]?.members.status.owners.size).toBe(24);
  });

  test('the exchanges of a killed owner are owned by another, known to all, before the time is up', async () => {
    const takeoverMs = 5000;
    const instances = await Promise.all(['a', 'b', 'c'].map((name) => scene.join(name, { takeoverMs })));
    await eventually(() => instances.every(({ members }) => members.status.instances.length === 3));
    const { owner, others } = await split(instances, 'kraken');
    const before = fenceOf(owner.members.ownerOf('kraken'));
    const killedAt = performance.now();
    await owner.kill();
    await eventually(() => others.every((other) => nameOwner(other, 'kraken') === 'none'));
    const next = await agree(others, 'kraken');
    expect(performance.now() - killedAt).toBeLessThan(takeoverMs);
    expect(next).not.toBe(owner.members.instance);
    for (const { members } of others) {
      expect(fenceOf(members.ownerOf('kraken'))).toBeGreaterThan(before);
      expect(members.hear('kraken', owner.members.instance, before)).toBe(false);
      expect(members.hear('kraken', next, fenceOf(members.ownerOf('kraken')))).toBe(true);
    }
  });

  test('an owner that was stopped past its lease owns nothing when it continues, and is not heard', async () => {
    const [clock, wire] = [new PausableClock(), await scene.wire()];
    const stopped = await scene.join('a', { clock, url: `redis://127.0.0.1:${wire.port}` });
    await stopped.members.find('kraken', 1000);
    const before = stopped.members.ownerOf('kraken');
    expect(before.kind).toBe('self');
    clock.pause();
    wire.stall();
    const other = await scene.join('b');
    expect(await other.members.find('kraken', 200)).toMatchObject({ kind: 'other' });
    await eventually(() => nameOwner(other, 'kraken') === 'none');
    expect(await other.members.find('kraken', 2000)).toMatchObject({ kind: 'self' });
    expect(stopped.members.ownerOf('kraken')).toEqual({ kind: 'none' });
    clock.resume();
    expect(stopped.members.ownerOf('kraken')).toEqual({ kind: 'none' });
    wire.restore();
    expect(await stopped.members.find('kraken', 2000)).toMatchObject({ kind: 'other', instance: 'b' });
    expect(other.members.hear('kraken', 'a', fenceOf(before))).toBe(false);
    expect(stopped.states).toEqual(['member']);
    expect(stopped.changes.map(({ owner }) => owner.kind)).toEqual(['self', 'none', 'other']);
  });

  test('a newcomer gets its share by handover, without a moment in between', async () => {
    const first = await scene.join('a');
    await Promise.all(exchanges.map((exchange) => first.members.find(exchange, 1000)));
    const second = await scene.join('b');
    await Promise.all(exchanges.map((exchange) => second.members.find(exchange, 1000)));
    await eventually(() => exchanges.filter((exchange) => nameOwner(second, exchange) === 'b').length > 6);
    const moved = exchanges.filter((exchange) => nameOwner(first, exchange) === 'b');
    for (const { changes } of [first, second]) {
      const later = changes.filter(({ exchange, previous }) => moved.includes(exchange) && previous.kind !== 'none');
      expect(later.length).toBeGreaterThan(6);
      expect(later.filter(({ owner, isHandover }) => owner.kind === 'none' || !isHandover)).toEqual([]);
    }
  });

  test('an instance that stops hands over first; what nobody else may call stays until it ends', async () => {
    const only = await scene.join('c', { exchanges: [...exchanges, 'special'] });
    const others = await Promise.all(['a', 'b'].map((name) => scene.join(name, { exchanges })));
    await eventually(() => only.members.status.instances.length === 3);
    await Promise.all([...exchanges, 'special'].map((exchange) => only.members.find(exchange, 1000)));
    expect(nameOwner(only, 'special')).toBe('c');
    await only.members.handOver();
    const kept = [...exchanges, 'special'].filter((exchange) => nameOwner(only, exchange) === 'c');
    expect(kept).toEqual(['special']);
    for (const exchange of exchanges) expect(['a', 'b']).toContain(await agree([only, ...others], exchange));
    expect(only.changes.filter(({ previous, isHandover }) => previous.kind === 'self' && !isHandover)).toEqual([]);
    expect(await only.members.find('new', 100)).toEqual({ kind: 'none' });
    await only.close();
    await eventually(() => others.every(({ members }) => members.status.instances.length === 2));
    expect(await scene.redis.cli('HEXISTS', '{t}:v1:leases', 'special')).toBe('0');
  });

  test('an instance never owns what it may not call', async () => {
    const [one, two] = [
      await scene.join('a', { exchanges: ['kraken'] }),
      await scene.join('b', { exchanges: ['binance'] }),
    ];
    await eventually(() => one.members.status.instances.length === 2);
    expect(await one.members.find('binance', 2000)).toMatchObject({ kind: 'other', instance: 'b' });
    expect(await two.members.find('kraken', 2000)).toMatchObject({ kind: 'other', instance: 'a' });
    expect(await one.members.find('okx', 300)).toEqual({ kind: 'none' });
  });

  test('clusters with other prefixes, databases and versions do not meet', async () => {
    await scene.redis.cli('ZADD', '{t}:versions', '9999999999999', '7');
    const one = await scene.join('a');
    const apart = [await scene.join('b', { prefix: 'u' }), await scene.join('c', { url: `${scene.redis.url}/1` })];
    for (const instance of [one, ...apart]) {
      expect(await instance.members.find('kraken', 1000)).toMatchObject({ kind: 'self' });
      expect(instance.members.status.instances).toEqual([instance.members.instance]);
    }
    expect([one, ...apart].map(({ otherVersions }) => otherVersions)).toEqual([[7], [], []]);
  });

  test('after FLUSHALL everybody keeps what it has, and numbers still grow', async () => {
    const instances = await scene.joinAll(['a', 'b']);
    const { owner, others } = await split(instances, 'kraken');
    const before = fenceOf(owner.members.ownerOf('kraken'));
    await scene.redis.cli('FLUSHALL');
    await eventually(async () => (await scene.redis.cli('HLEN', '{t}:v1:instances')) === '2');
    await eventually(async () => (await scene.redis.cli('HEXISTS', '{t}:v1:leases', 'kraken')) === '1');
    expect(fenceOf(owner.members.ownerOf('kraken'))).toBe(before);
    expect(owner.changes.length).toBe(1);
    await scene.redis.cli('FLUSHALL');
    await owner.kill();
    for (const other of others) {
      await eventually(() => nameOwner(other, 'kraken') !== owner.members.instance);
      expect(fenceOf(await other.members.find('kraken', 3000))).toBeGreaterThan(before);
    }
  });
});
