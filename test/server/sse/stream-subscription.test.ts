import { once } from 'node:events';
import { Agent, createServer, type Server, type ServerResponse } from 'node:http';
import { createConnection } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EncodedPayload } from '../../../src/server/fanout/encoded-payload.ts';
import type { DeliveryCounts, SubscriptionHost } from '../../../src/server/fanout/group-subscription.ts';
import { StreamSubscription } from '../../../src/server/sse/stream-subscription.ts';
import { eventually } from '../../support/socket-client.ts';
import { openStream } from '../../support/stream-client.ts';

let server: Server;
let port: number;
let agent: Agent;
let counts: DeliveryCounts;
let ended: number;
let host: SubscriptionHost;
let responses: ServerResponse[];

beforeEach(async () => {
  responses = [];
  server = createServer((_request, response) => responses.push(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
  counts = { messages: 0, conflated: 0, unchanged: 0, slowConsumers: 0 };
  ended = 0;
  host = {
    slowConsumer: new EncodedPayload('"slow"'),
    counts,
    onStart: () => {},
    onStalled: () => {},
    onEnd: () => {
      ended += 1;
    },
  };
});

afterEach(async () => {
  agent.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** A client of a started subscription. */
async function open() {
  const count = responses.length;
  const opening = openStream(`http://127.0.0.1:${port}/`, '', { agent });
  await eventually(() => responses.length > count);
  const [response] = responses.slice(-1);
  if (!response) throw new TypeError('no response');
  response.flushHeaders();
  const subscription = new StreamSubscription(host, response);
  subscription.start();
  return { client: await opening, response, subscription };
}

test('a subscription that ends says so, and its connection serves the next request', async () => {
  const { client, subscription } = await open();
  subscription.send('a', 1, new EncodedPayload('1'));
  subscription.finish(null);
  await eventually(() => client.closed);
  expect(client.text).toBe('event: next\ndata: 1\n\nevent: complete\ndata:\n\n');
  expect([ended, counts.messages]).toEqual([1, 1]);
  const next = await open();
  expect(next.response.req.socket.remotePort).toBe(responses[0]?.req.socket.remotePort);
  next.subscription.end();
});

test('nothing is written after the response has ended without the subscription', async () => {
  const { client, response, subscription } = await open();
  response.end();
  subscription.send('a', 1, new EncodedPayload('1'));
  subscription.keepAlive();
  subscription.end();
  await eventually(() => client.closed);
  expect([client.text, counts.messages, ended]).toEqual(['', 0, 1]);
});

test('nothing is written for a client that has left', async () => {
  const { client, response, subscription } = await open();
  client.leave();
  await eventually(() => response.destroyed);
  for (let number = 1; number < 5; number += 1) subscription.send('a', number, new EncodedPayload('1'));
  expect([subscription.isStalled, counts.messages]).toEqual([false, 0]);
  subscription.end();
  expect(ended).toBe(1);
});

test('a comment keeps an idle stream open, and does not wait behind messages', async () => {
  const { client, response, subscription } = await open();
  subscription.keepAlive();
  await eventually(() => client.comments === 1);
  client.response.pause();
  const large = new EncodedPayload(`"${'x'.repeat(1_000_000)}"`);
  for (let number = 1; !subscription.isStalled; number += 1) {
    subscription.send('a', number, large);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const waiting = response.writableLength;
  subscription.keepAlive();
  expect(response.writableLength).toBe(waiting);
});

test('over HTTP/1.0 the events come as they are, and the connection ends with the subscription', async () => {
  const socket = createConnection(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (data) => {
    text += data;
  });
  socket.write('GET / HTTP/1.0\r\n\r\n');
  await eventually(() => responses.length === 1);
  const [response] = responses;
  if (!response) throw new TypeError('no response');
  const subscription = new StreamSubscription(host, response);
  subscription.start();
  subscription.send('a', 1, new EncodedPayload('1'));
  subscription.finish(null);
  await once(socket, 'close');
  expect(text.split('\r\n\r\n')[1]).toBe('event: next\ndata: 1\n\nevent: complete\ndata:\n\n');
});
