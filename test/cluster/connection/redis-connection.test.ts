import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { RedisUnavailable } from '../../../src/cluster/connection/bus.ts';
import type { RedisConnection } from '../../../src/cluster/connection/redis-connection.ts';
import { createScript } from '../../../src/cluster/connection/redis-script.ts';
import {
  type ConnectionChanges,
  openConnection,
  openReadyConnection,
} from '../../support/cluster/members/redis-connections.ts';
import { startWire, type Wire } from '../../support/faults/wire.ts';
import { type RedisServer, startRedis } from '../../support/programs/redis.ts';
import { describeWithRedis } from '../../support/programs/with-redis.ts';
import { eventually } from '../../support/socket-client.ts';

const hello = Buffer.from('hello');

describeWithRedis('a connection to Redis', () => {
  let redis: RedisServer;
  let wire: Wire;
  const open: RedisConnection[] = [];
  const connect = async (port: number, changes: ConnectionChanges = {}): Promise<RedisConnection> => {
    const connection = await openReadyConnection(`redis://127.0.0.1:${port}`, changes);
    open.push(connection);
    return connection;
  };
  /** What a listener has received, as text. */
  const listen = async (connection: RedisConnection, channel: string): Promise<string[]> => {
    const received: string[] = [];
    await connection.listen(channel, (message) => received.push(message.toString())).ready;
    return received;
  };

  beforeAll(async () => {
    redis = await startRedis();
    wire = await startWire(redis.port);
  });
  afterEach(async () => {
    wire.restore();
    await Promise.all(open.splice(0).map((connection) => connection.close()));
  });
  afterAll(async () => {
    await wire?.close();
    await redis?.close();
  });

  test('sends messages to all that listen, in order and over all channels, and says how many they are', async () => {
    const [one, two] = [await connect(redis.port), await connect(redis.port)];
    const received: string[] = [];
    for (const channel of ['a', 'b'])
      await two.listen(channel, (message) => received.push(`${channel}${message}`)).ready;
    await listen(one, 'a');
    expect(await one.publish('a', hello)).toBe(2);
    expect(await one.publish('nobody', hello)).toBe(0);
    const sent = Array.from({ length: 200 }, (_, n) => (n % 2 ? `a${n}` : `b${n}`));
    await Promise.all(sent.map((text) => one.publish(text.slice(0, 1), Buffer.from(text.slice(1)))));
    await eventually(() => received.length === 201);
    expect(received.slice(1)).toEqual(sent);
  });

  test('listeners of one channel share a subscription, which ends with the last', async () => {
    const one = await connect(redis.port);
    const received: string[] = [];
    const first = one.listen('shared', () => received.push('first'));
    const second = one.listen('shared', () => received.push('second'));
    await Promise.all([first.ready, second.ready]);
    await one.publish('shared', hello);
    await eventually(() => received.length === 2);
    first.close();
    first.close();
    expect(await one.publish('shared', hello)).toBe(1);
    await eventually(() => received.length === 3);
    second.close();
    await eventually(async () => (await redis.cli('PUBSUB', 'NUMSUB', 'shared')).endsWith('0'));
    one.listen('shared', () => {}).close();
    const again = await listen(one, 'shared');
    await one.publish('shared', hello);
    await eventually(() => again.length === 1);
    expect(received).toEqual(['first', 'second', 'second']);
  });

  test('keeps bytes, forgets them in time, and counts what it sends and receives', async () => {
    const counted: string[] = [];
    const one = await connect(redis.port, { onMessage: (...message) => counted.push(message.join(' ')) });
    const bytes = Buffer.from([0, 255, 13, 10, 128]);
    await one.set('bytes', bytes, 60_000);
    await one.set('short', bytes, 1);
    await eventually(async () => (await one.get(['short']))[0] === null);
    expect(await one.get(['bytes', 'unknown'])).toEqual([bytes, null]);
    expect(await one.get([])).toEqual([]);
    const received = await listen(one, 'c');
    await one.publish('c', hello);
    await eventually(() => received.length === 1);
    expect(counted.sort()).toEqual(['received c 5', 'sent c 5']);
  });

  test('runs scripts, also after Redis has forgotten them', async () => {
    const one = await connect(redis.port);
    const script = createScript(`return { ARGV[1], KEYS[1], string.format('%.0f', now) }`);
    for (let round = 0; round < 2; round++) {
      const [value, key, now] = Object.values(Object(await one.run(script, ['key'], ['value'])));
      expect([value, key]).toEqual(['value', 'key']);
      expect(Math.abs(Number(now) - Date.now())).toBeLessThan(5000);
      await redis.cli('SCRIPT', 'FLUSH');
    }
    expect(await one.runForBytes(script, ['key'], [hello])).toContainEqual(hello);
  });

  test('without a connection everything fails at once; listeners hear again after it is back, and of the loss', async () => {
    const one = await connect(wire.port);
    const other = await connect(redis.port);
    let losses = 0;
    one.onLoss(() => losses++);
    const received = await listen(one, 'd');
    wire.cut();
    await eventually(() => one.failure !== null);
    await expect(one.publish('d', hello)).rejects.toThrow(RedisUnavailable);
    await expect(one.get(['bytes'])).rejects.toThrow(RedisUnavailable);
    const waiting = one.listen('e', (message) => received.push(`e ${message}`));
    expect(await other.publish('d', hello)).toBe(0);
    expect(losses).toBe(0);
    wire.restore();
    await waiting.ready;
    await eventually(() => one.failure === null);
    expect(losses).toBe(1);
    expect([await other.publish('d', hello), await other.publish('e', hello)]).toEqual([1, 1]);
    await eventually(() => received.length === 2);
    expect(received).toEqual(['hello', 'e hello']);
  });

  test('a connection that stays open without an answer fails in time and is replaced', async () => {
    const one = await connect(wire.port);
    const received = await listen(one, 'f');
    wire.stall();
    await expect(one.get(['bytes'])).rejects.toThrow('Redis does not answer in time.');
    // Nobody has sent anything over the other connection, and yet it is known to be dead.
    await eventually(() => wire.openSockets > 0 && one.failure?.message === 'Redis does not answer in time.');
    wire.restore();
    await eventually(() => one.failure === null);
    await one.publish('f', hello);
    await eventually(() => received.length === 1);
  });

  test('a Redis that is slow but answers keeps its connection', async () => {
    const one = await connect(wire.port);
    wire.delay(100);
    let losses = 0;
    one.onLoss(() => losses++);
    for (let round = 0; round < 5; round++) await one.get(['bytes']);
    expect(losses).toBe(0);
    expect(one.failure).toBeNull();
  });

  test('closing leaves nothing open: while connected, while Redis hangs, and while connecting to one that hangs', async () => {
    const one = await connect(wire.port);
    await one.close();
    await expect(one.publish('a', hello)).rejects.toThrow(RedisUnavailable);
    const two = await connect(wire.port, { timeoutMs: 60_000 });
    wire.stall();
    const pending = two.get(['bytes']);
    const three = openConnection(`redis://127.0.0.1:${wire.port}`, { timeoutMs: 60_000 });
    await eventually(() => wire.openSockets === 4);
    // Waiting for Redis would take as long as its timeout, a minute.
    await Promise.all([two.close(), three.close()]);
    await expect(pending).rejects.toThrow(RedisUnavailable);
    await eventually(() => wire.openSockets === 0);
    const four = openConnection('redis://10.255.255.1:6379', { timeoutMs: 60_000 });
    await four.close();
    expect(four.failure).toBeInstanceOf(RedisUnavailable);
  });
});
