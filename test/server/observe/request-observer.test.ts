import { createConnection } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';
import { connect, eventually, subscribe } from '../../support/socket-client.ts';

const ticker = '{ ticker(exchange: "sim", symbol: "BTC/USDT") { last } }';

let app: AppServer | null = null;

afterEach(async () => {
  await app?.stop();
  app = null;
});

/** Those of one kind, once there are so many: a line comes after its answer. */
async function linesOf(watched: AppServer, message: RegExp, count: number) {
  const found = () => watched.log.lines.filter(({ msg }) => message.test(msg));
  await eventually(() => found().length >= count);
  return found();
}

test('at level debug each request is one log line without headers, document or variables', async () => {
  app = await startServer({ logLevel: 'debug' });
  await app.post(ticker, { authorization: 'Bearer secret-key', 'x-request-id': 'edge-17' });
  await app.post(ticker);
  await app.post('{ nope(secret: "word") }');
  await fetch(`${app.origin}/graphql?query=${encodeURIComponent('{ __typename }')}`);
  const lines = await linesOf(app, /^request/, 4);
  expect(
    lines.map(({ time: _time, pid: _pid, hostname: _host, durationMs: _ms, bytes: _bytes, ...line }) => line),
  ).toEqual(
    [
      { method: 'POST', operation: 'ticker', code: 'ok', id: 'edge-17' },
      { method: 'POST', operation: 'ticker', code: 'ok', id: expect.stringMatching(/-1$/) },
      { method: 'POST', operation: 'invalid', code: 'BAD_USER_INPUT', id: expect.stringMatching(/-2$/) },
      { method: 'GET', operation: 'introspection', code: 'ok', id: expect.stringMatching(/-3$/) },
    ].map((line) => ({
      level: 20,
      transport: 'http',
      path: '/graphql',
      status: 200,
      address: '127.0.0.1',
      msg: 'request',
      ...line,
    })),
  );
  for (const { durationMs, bytes } of lines) {
    expect(durationMs).toBeGreaterThanOrEqual(0);
    expect(bytes).toBeGreaterThan(100);
  }
  expect(JSON.stringify(app.log.lines)).not.toMatch(/secret|Bearer|BTC|__typename/);
});

test('a valid request id is returned with the answer, and an invalid one is not', async () => {
  app = await startServer({ logLevel: 'info' });
  const idOf = async (id?: string) =>
    (await app?.post(ticker, id === undefined ? {} : { 'x-request-id': id }))?.headers['x-request-id'] ?? null;
  expect(await idOf('a.B_c-1')).toBe('a.B_c-1');
  expect(await idOf('x'.repeat(64))).toBe('x'.repeat(64));
  expect(await idOf('x'.repeat(65))).toBeNull();
  expect(await idOf('two words')).toBeNull();
  expect(await idOf()).toBeNull();
  expect(app.log.lines).toEqual([]);
});

test('at level debug a request without a valid id receives one, which is returned', async () => {
  app = await startServer({ logLevel: 'debug' });
  const given = await app.post(ticker, { 'x-request-id': 'a b' });
  const [line] = await linesOf(app, /^request/, 1);
  expect(line.id).toMatch(/^[\w-]{8}-1$/);
  expect(given.headers['x-request-id']).toBe(line.id);
});

test('the log distinguishes a client that leaves early from one that was answered', async () => {
  app = await startServer({ logLevel: 'debug' });
  const socket = createConnection(app.port, '127.0.0.1');
  socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{');
  setTimeout(() => socket.destroy(), 50);
  const [line] = await linesOf(app, /^request/, 1);
  expect(line).toMatchObject({ msg: 'request whose client left before the end', status: null, code: null });
  expect(await app.scrape()).not.toContain('tickql_requests_total{');
});

test('at level debug sockets and operations have one line for their start and one for their end', async () => {
  app = await startServer({ logLevel: 'debug' });
  const client = connect(app.webSocketUrl);
  const live = subscribe(client, 'subscription { tickerUpdated(exchange: "sim", symbol: "BTC/USDT") { last } }');
  await live.until(1);
  await subscribe(client, '{ nope(secret: "word") }').ended();
  live.stop();
  await linesOf(app, /^operation ended/, 1);
  await client.dispose();
  await linesOf(app, /^socket closed/, 1);
  const told = app.log.lines.filter(({ msg }) => /^(socket|operation)/.test(msg));
  expect(told.map(({ msg, operation, code }) => [msg, operation, code])).toEqual([
    ['socket opened', undefined, undefined],
    ['operation started', 'tickerUpdated', 'ok'],
    ['operation refused', 'invalid', 'BAD_USER_INPUT'],
    ['operation ended', 'tickerUpdated', 'ok'],
    ['socket closed', undefined, 1000],
  ]);
  expect(told[1]?.id).toBe(told[3]?.id);
  expect(JSON.stringify(app.log.lines)).not.toMatch(/secret|BTC/);
});

test.each([
  ['/graphql', 'http'],
  ['/api/ticker/sim/BTC-USDT', 'rest'],
  ['/api/historical', 'rest'],
  ['/api/openapi.json', 'rest'],
  ['/api/nothing', 'rest'],
  ['/api/stream/ticker/sim/BTC-USDT', 'sse'],
  ['/mcp', 'mcp'],
])('a request to %s without a key counts as %s', async (path, transport) => {
  app = await startServer({ config: { apiKeys: ['abcdefghijklmnop'] }, logLevel: 'debug' });
  expect((await app.send({ path })).status).toBe(401);
  const [line] = await linesOf(app, /^request/, 1);
  expect(line).toMatchObject({ path, transport, code: 'UNAUTHENTICATED' });
});
