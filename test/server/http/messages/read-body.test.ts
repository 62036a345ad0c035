import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeServer, startServer } from '../../../support/server.ts';

const limit = 256 * 1024;
const json = { 'content-type': 'application/json' };
const refusal = {
  errors: [
    {
      message: 'The body is larger than the maximum of 256 KB.',
      extensions: { retryable: false, code: 'BAD_USER_INPUT' },
    },
  ],
};

let server: FakeServer;

beforeEach(async () => {
  server = await startServer({ fake: { cached: true } });
});

afterEach(() => server.stop());

/** A valid body of so many bytes. */
function bodyOf(length: number): string {
  const body = JSON.stringify({ query: '{ exchanges { id } }', variables: { x: '' } });
  return body.replace('"x":""', `"x":"${'x'.repeat(length - body.length)}"`);
}

async function sendChunked(chunks: readonly string[]): Promise<{ status: number; body: string }> {
  const request = httpRequest(server.url, { method: 'POST', headers: json });
  const responded = once(request, 'response');
  for (const chunk of chunks) request.write(chunk);
  request.end();
  const response: IncomingMessage = (await responded)[0];
  return { status: response.statusCode ?? 0, body: await text(response) };
}

test('a body of the maximum size is read, in one piece or in chunks', async () => {
  const body = bodyOf(limit);
  expect((await server.send({ method: 'POST', headers: json, body })).status).toBe(200);
  expect((await sendChunked([body.slice(0, 1000), body.slice(1000)])).status).toBe(200);
});

test.each(['application/json', 'application/graphql+json', 'application/json; charset=utf-16'])(
  'one more byte of %s is too large',
  async (contentType) => {
    const answer = await server.send({
      method: 'POST',
      headers: { 'content-type': contentType, accept: 'application/graphql-response+json' },
      body: bodyOf(limit + 1),
    });
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.text)).toEqual(refusal);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/graphql-response+json; charset=utf-8',
      'access-control-allow-origin': '*',
    });
  },
);

test.each([
  'text/plain',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  'application/graphql',
  '',
])('a body of type %j is refused with the supported type', async (contentType) => {
  const answer = await server.send({
    method: 'POST',
    headers: { 'content-type': contentType },
    body: bodyOf(100),
  });
  expect(answer.status).toBe(415);
  expect(JSON.parse(answer.text).errors[0]).toMatchObject({
    message: 'Send the request as JSON, with content-type: application/json.',
    extensions: { code: 'BAD_USER_INPUT' },
  });
});

test('HEAD has the status of GET for every kind of error', async () => {
  for (const query of ['{ exchanges { id } }', '{ nope }', 'query A { __typename } query B { __typename }', '']) {
    const path = `/graphql?query=${encodeURIComponent(query)}`;
    const [get, head] = [await server.send({ method: 'GET', path }), await server.send({ method: 'HEAD', path })];
    expect(head.status).toBe(get.status);
    expect(head.text).toBe('');
  }
});

test('the same in chunks without a content-length, and the next request is answered', async () => {
  const body = bodyOf(limit + 1);
  const answer = await sendChunked([body.slice(0, limit), body.slice(limit)]);
  expect(answer.status).toBe(413);
  expect(JSON.parse(answer.body)).toEqual(refusal);
  expect((await server.post('{ exchanges { id } }')).status).toBe(200);
});

test('a content-length over the limit is refused before the body arrives', async () => {
  const { port } = new URL(server.url);
  const socket = createConnection(Number(port), '127.0.0.1');
  socket.write(
    'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n',
  );
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toContain('413');
  socket.destroy();
});

test('a client that sends without end is cut off', async () => {
  const { port } = new URL(server.url);
  const socket = createConnection(Number(port), '127.0.0.1');
  let isOver = false;
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      isOver = true;
      resolve();
    });
  });
  socket.write('POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n');
  socket.write('Transfer-Encoding: chunked\r\n\r\n');
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  let sent = 0;
  while (!isOver && sent < 1000) {
    sent += 1;
    if (!socket.write(chunk)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed]);
  }
  await closed;
  expect(sent).toBeLessThan(1000);
});

test('a client that disconnects in the middle leaves nothing behind', async () => {
  const { port } = new URL(server.url);
  const socket = createConnection(Number(port), '127.0.0.1');
  socket.write('POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{');
  await once(socket, 'connect');
  socket.destroy();
  expect((await server.post('{ exchanges { id } }')).status).toBe(200);
});
