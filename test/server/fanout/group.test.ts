import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { FeedSubscription } from '../../../src/feed/topics/feed-subscription.ts';
import { EncodedPayload } from '../../../src/server/fanout/encoded-payload.ts';
import { Group } from '../../../src/server/fanout/group.ts';
import { SocketSubscription } from '../../../src/server/websocket/socket-subscription.ts';

let server: WebSocketServer;
let socket: WebSocket;
let client: WebSocket;
let told: string[];

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  client = new WebSocket(`ws://127.0.0.1:${address.port}`);
  told = [];
  client.on('message', (data) => told.push(JSON.parse(String(data)).payload));
  [[socket]] = await Promise.all([once(server, 'connection'), once(client, 'open')]);
});

afterEach(async () => {
  client.terminate();
  socket.terminate();
  await new Promise((resolve) => server.close(resolve));
});

/** A member of a group whose source tells the values and ends before the member has begun. */
async function joinEnding(values: readonly object[]) {
  let left = 0;
  const source = new FeedSubscription<object>({
    sources: 1,
    maxWaiting: 10,
    isSame: () => false,
    isReady: () => true,
    latest: () => [],
    onEnd: () => {},
  });
  const group = new Group({
    source,
    slowConsumer: new EncodedPayload('"slow"'),
    counts: { messages: 0, conflated: 0, unchanged: 0, slowConsumers: 0 },
    encode: async ({ value }) => new EncodedPayload(JSON.stringify(value)),
    onStalled: () => {},
    onLeave: () => {
      left += 1;
    },
    onEnd: () => {},
  });
  const member = group.join((host) => new SocketSubscription(host, socket, 'a'));
  values.forEach((value, index) => {
    source.push({ key: String(index), value });
  });
  source.finish();
  return { group, member, left: () => left };
}

test('events offered before the first subscription has begun are sent to all subscriptions of that turn', async () => {
  const { group, member, left } = await joinEnding([{ n: 1 }, { n: 2 }]);
  const second = group.join((host) => new SocketSubscription(host, socket, 'b'));
  expect(await Promise.all([member.next(), second.next()])).toEqual([
    { done: true, value: undefined },
    { done: true, value: undefined },
  ]);
  await expect.poll(() => told).toEqual([{ n: 1 }, { n: 1 }, { n: 2 }, { n: 2 }]);
  expect([group.isOver, left()]).toEqual([true, 2]);
});

test('a subscription that begins later receives the last event, and then the end', async () => {
  const { group, member } = await joinEnding([{ n: 1 }, { n: 2 }]);
  const late = group.join((host) => new SocketSubscription(host, socket, 'b'));
  await member.next();
  expect(await late.next()).toEqual({ done: true, value: undefined });
  await expect.poll(() => told).toEqual([{ n: 1 }, { n: 2 }, { n: 2 }]);
});

test('a subscription that has not begun when the group ends without events receives only the end', async () => {
  const { member, left } = await joinEnding([]);
  expect(await member.next()).toEqual({ done: true, value: undefined });
  expect(left()).toBe(1);
  expect(told).toEqual([]);
});
