import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCors } from '../../../../src/server/http/messages/cors.ts';
import { sendWebResponse, toWebRequest } from '../../../../src/server/mcp/protocol/web-exchange.ts';
import { eventually } from '../../../support/socket-client.ts';

let server: Server;
let seen: Request[];
let sent: Promise<void>[];
let answer: Response;
let port: number;

beforeEach(async () => {
  seen = [];
  sent = [];
  server = createServer((request, response) => {
    seen.push(toWebRequest(request, response));
    sent.push(sendWebResponse(answer, request, response, createCors(null)));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  port = address.port;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('a whole answer is sent, and its request is not aborted', async () => {
  answer = new Response('{"id":1}', { status: 201, headers: { 'x-more': 'yes', connection: 'keep-alive' } });
  const given = await fetch(`http://127.0.0.1:${port}/mcp`, { method: 'POST', headers: { 'mcp-name': 'a' }, body: '' });
  expect([given.status, given.headers.get('x-more'), await given.text()]).toEqual([201, 'yes', '{"id":1}']);
  await sent[0];
  expect(seen[0]?.headers.get('mcp-name')).toBe('a');
  expect(seen[0]?.signal.aborted).toBe(false);
});

test('a client that leaves aborts its request, and ends the stream of its answer', async () => {
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode('first')),
    cancel: () => {
      cancelled = true;
    },
  });
  answer = new Response(body);
  const request = httpRequest({ host: '127.0.0.1', port, path: '/mcp' }).end();
  request.on('error', () => {});
  const [response] = await once(request, 'response');
  await once(response, 'data');
  request.destroy();
  await eventually(() => cancelled);
  await sent[0];
  expect(seen[0]?.signal.aborted).toBe(true);
});
