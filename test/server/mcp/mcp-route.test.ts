import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGate } from '../../../src/server/access/gate.ts';
import { btc, json, messageOf, toCall, toNotification } from '../../support/mcp-messages.ts';
import type { RawAnswer } from '../../support/server/running-server.ts';
import { type AppServer, type FakeServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';

let server: FakeServer;

beforeEach(async () => {
  server = await startServer({ fake: { logLevel: 'debug' } });
  server.marketData.set('BTC/USD', { last: 1 });
});

afterEach(async () => {
  await server.stop();
});

/** A call as a client of 2025 sends it, without a session. */
function send(body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Promise<RawAnswer> {
  return server.send({ method: 'POST', path: '/mcp', headers: { ...json, ...headers }, body });
}

test('a call is answered without a session, and counted and logged like an operation', async () => {
  const answer = await send(toCall(7));
  expect(answer.status).toBe(200);
  expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  expect(answer.headers['mcp-session-id']).toBeUndefined();
  expect(messageOf(answer)).toMatchObject({ id: 7, result: { structuredContent: { ticker: { last: 1 } } } });
  await eventually(() => server.log.lines.some(({ msg }) => msg === 'request'));
  expect(server.log.lines).toContainEqual(
    expect.objectContaining({ msg: 'request', transport: 'mcp', path: '/mcp', operation: 'ticker', code: 'ok' }),
  );
});

test('a compressed message is read', async () => {
  expect(messageOf(await send(gzipSync(toCall(1)), { 'content-encoding': 'gzip' }))).toMatchObject({ id: 1 });
});

test.each([
  ['GET', 'GET', {}, undefined, 405, 'answers only POST'],
  ['DELETE', 'DELETE', {}, undefined, 405, 'answers only POST'],
  ['PUT', 'PUT', json, '{}', 405, 'answers only POST'],
  ['a form', 'POST', { ...json, 'content-type': 'text/plain' }, '{}', 415, 'application/json'],
  ['an unknown compression', 'POST', { ...json, 'content-encoding': 'br' }, '{}', 415, 'gzip, deflate'],
  ['a broken compression', 'POST', { ...json, 'content-encoding': 'gzip' }, '{}', 400, 'not valid gzip'],
  ['no JSON', 'POST', json, '{', 400, 'not valid JSON'],
  ['an empty body', 'POST', json, '', 400, 'not valid JSON'],
  ['a batch', 'POST', json, `[${toCall(1)},${toCall(2)}]`, 400, 'one by one'],
  ['deep nesting', 'POST', json, `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 400, 'nested too deeply'],
  ['too much', 'POST', json, JSON.stringify('x'.repeat(300_000)), 413, '256 KB'],
  ['a client that reads no events', 'POST', { ...json, accept: 'text/html' }, toCall(1), 406, 'event-stream'],
  ['no message', 'POST', json, '{"jsonrpc":"1.0"}', 400, 'jsonrpc must be "2.0"'],
  ['a notification that is not valid', 'POST', json, toNotification({ requestId: {} }), 400, 'requestId must be text'],
] as const)('%s is refused with its status and a sentence', async (_what, method, headers, body, status, sentence) => {
  const answer = await server.send({ method, path: '/mcp', headers, ...(body === undefined ? {} : { body }) });
  expect(answer.status).toBe(status);
  expect(messageOf(answer)).toMatchObject({ jsonrpc: '2.0', error: { message: expect.stringContaining(sentence) } });
  expect(answer.headers.allow).toBe(status === 405 ? 'POST, OPTIONS' : undefined);
});

test('a request whose parameters are wrong is answered with its id and a sentence', async () => {
  const answer = await send(toCall(7).replace(JSON.stringify(btc), '"BTC/USD"'));
  expect(answer.status).toBe(200);
  expect(messageOf(answer)).toEqual({
    jsonrpc: '2.0',
    id: 7,
    error: { code: -32_602, message: 'arguments must be an object, but it is "BTC/USD".' },
  });
});

test('arguments that are null are left out', async () => {
  const answer = messageOf(await send(toCall(7).replace(JSON.stringify(btc), 'null')));
  expect(answer.result.content[0].text).toContain('exchange is missing.');
});

test('a page of a name that was pointed at this server is refused, and may not read the answer', async () => {
  const evil = { origin: `http://evil.example:${server.port}`, host: `evil.example:${server.port}` };
  const answer = await send(toCall(1), evil);
  expect(answer.status).toBe(403);
  expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  expect(messageOf(answer).error.message).toContain('CORS_ORIGINS');
  expect(server.marketData.tickerCalls).toEqual([]);
});

test('an inspector on this machine can call tools from its page', async () => {
  const origin = 'http://localhost:6274';
  const asked = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'mcp-method' };
  const preflight = await server.send({ method: 'OPTIONS', path: '/mcp', headers: asked });
  expect(preflight).toMatchObject({
    status: 204,
    headers: {
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'mcp-method',
    },
  });
  const answer = await send(toCall(1), { origin });
  expect(answer.status).toBe(200);
  expect(answer.headers['access-control-allow-origin']).toBe(origin);
  expect(answer.headers['access-control-expose-headers']).toContain('mcp-session-id');
  const foreign = await server.send({ method: 'OPTIONS', path: '/mcp', headers: { ...asked, origin: 'https://a.b' } });
  expect(foreign.headers['access-control-allow-origin']).toBeUndefined();
});

test('streams that a client wants to listen to are refused: nothing ever changes', async () => {
  const key = 'io.modelcontextprotocol/';
  const meta = {
    [`${key}protocolVersion`]: '2026-07-28',
    [`${key}clientInfo`]: { name: 'a', version: '1' },
    [`${key}clientCapabilities`]: {},
  };
  const params = { _meta: meta, notifications: { toolsListChanged: true } };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params });
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' };
  expect(messageOf(await send(body, headers))).toMatchObject({ error: { message: 'Subscription limit reached' } });
});

test('a client that leaves while it waits leaves nothing behind', async () => {
  const release = server.marketData.hold();
  const left = new AbortController();
  const waiting = fetch(`${server.origin}/mcp`, { method: 'POST', headers: json, body: toCall(1), signal: left.signal })
    .then((response) => response.text())
    .catch((error: unknown) => error);
  await eventually(() => server.marketData.tickerCalls.length === 1);
  left.abort();
  expect(await waiting).toMatchObject({ name: 'AbortError' });
  await eventually(() => server.http.requestCount === 0);
  release();
  expect((await send(toCall(2))).status).toBe(200);
});

test('a notification does not end the call of another client that has the same id', async () => {
  const release = server.marketData.hold();
  const waiting = send(toCall(1));
  await eventually(() => server.marketData.tickerCalls.length === 1);
  expect((await send(toNotification({ requestId: 1 }))).status).toBe(202);
  release();
  expect(messageOf(await waiting)).toMatchObject({ id: 1, result: { structuredContent: { ticker: { last: 1 } } } });
});

test('a thousand calls leave nothing open', async () => {
  for (let round = 0; round < 50; round += 1) {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => send(toCall(index))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  }
  await eventually(() => server.http.requestCount === 0);
  expect(Object.values(server.counts).every((count) => count === 0)).toBe(true);
});

test('clients need a key, and share the quotas of their other requests', async () => {
  await server.stop();
  const gate = createGate({ apiKeys: ['secret-key-of-a-client'], requestsPerMinute: 2 });
  server = await startServer({ fake: { gate } });
  server.marketData.set('BTC/USD', { last: 1 });
  const none = await send(toCall(1));
  expect([none.status, none.headers['www-authenticate']]).toEqual([401, 'Bearer']);
  const authorization = 'Bearer secret-key-of-a-client';
  expect((await server.post('{ __typename }', { authorization })).status).toBe(200);
  expect((await send(toCall(1), { authorization })).status).toBe(200);
  const many = await send(toCall(1), { authorization });
  expect(many.status).toBe(429);
  expect(Number(many.headers['retry-after'])).toBeGreaterThan(0);
});

test('limits of rows are those of the exchange, and the sentences name them', async () => {
  const app: AppServer = await startServer();
  const ask = async (name: string, values: object): Promise<string> => {
    const answer = await app.send({ method: 'POST', path: '/mcp', headers: json, body: toCall(1, values, name) });
    return messageOf(answer).result.content[0].text;
  };
  const sim = { exchange: 'sim', symbol: 'BTC/USDT' };
  expect(await ask('get_candles', { ...sim, limit: 10_001 })).toContain('BAD_USER_INPUT: limit is 10001');
  expect(await ask('get_order_book', { ...sim, limit: 1001 })).toContain('must be from 1 to 1000');
  expect(await ask('get_trades', { ...sim, limit: 1001 })).toContain('must be from 1 to 1000');
  await app.stop();
});
