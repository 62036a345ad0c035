import { expect, test } from 'vitest';
import { createNamespace } from '../../../src/cluster/connection/namespace.ts';
import { CountedStore, toTrafficKind } from '../../../src/cluster/connection/traffic.ts';

test.each([
  ['topic:binance:ticker:BTC/USDT', 'topic'],
  ['requests:server-1', 'requests'],
  ['owners', 'owners'],
])('the messages of %s are of the kind %s, whatever the prefix', (name, kind) => {
  for (const prefix of ['tickql', 'a:b']) {
    const { channel } = createNamespace(prefix, 3);
    expect(toTrafficKind(channel(name), channel(''))).toBe(kind);
  }
});

test('messages of another cluster are of no kind of their own', () => {
  const { channel } = createNamespace('tickql', 0);
  expect(toTrafficKind(createNamespace('other', 0).channel('topic:x'), channel(''))).toBe('other');
});

test('bytes of values are counted when they have been read or written', async () => {
  const counted: [string, number][] = [];
  const written = new Map<string, Buffer>([['a', Buffer.from('12345')]]);
  const store = new CountedStore(
    {
      get: async (keys) => keys.map((key) => written.get(key) ?? null),
      set: async (key, value) => {
        if (key === 'full') throw new Error('out of memory');
        written.set(key, value);
      },
    },
    (direction, bytes) => counted.push([direction, bytes]),
  );
  await store.set('b', Buffer.from('123'), 1000);
  await expect(store.set('full', Buffer.from('123'), 1000)).rejects.toThrow('out of memory');
  expect(await store.get(['a', 'b', 'c'])).toEqual([Buffer.from('12345'), Buffer.from('123'), null]);
  expect(counted).toEqual([
    ['sent', 3],
    ['received', 5],
    ['received', 3],
  ]);
});
