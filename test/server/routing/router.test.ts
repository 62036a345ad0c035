import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { createGate, type GateOptions } from '../../../src/server/access/gate.ts';
import { createHttpServer, type HttpServer } from '../../../src/server/http/http-server.ts';
import { createCors } from '../../../src/server/http/messages/cors.ts';
import { createRequestObserver } from '../../../src/server/observe/request-observer.ts';
import type { ApiRequest, HandlePage, Route } from '../../../src/server/routing/route.ts';
import { createRouter } from '../../../src/server/routing/router.ts';

let http: HttpServer;
let seen: ApiRequest[];
let counted: string[];
let recorded: (readonly [operation: string, code: string])[];
let transports: string[];

afterEach(() => http.close());

/** Answers with a text. */
const say =
  (text: string): HandlePage =>
  ({ response }) => {
    response.end(text);
  };

const routes: readonly Route[] = [
  { kind: 'probe', path: '/health', handle: say('ok') },
  { kind: 'public', path: '/file', handle: say('file') },
  { kind: 'public', path: '/broken', handle: () => Promise.reject(new Error('a defect')) },
  { kind: 'page', path: '/page', handle: say('page') },
  {
    kind: 'api',
    path: '/api/ticker/:exchange/:symbol',
    page: say('page of the API'),
    transport: 'rest',
    methods: ['GET'],
    handle: (request) => {
      seen.push(request);
      if (request.search === 'fail') throw new Error('a defect');
      request.record.answer('ticker', 'ok');
      request.response.end(request.params.symbol);
    },
  },
];

/** Starts a server with these routes; returns what asks it. */
async function start(options: GateOptions = {}) {
  seen = [];
  counted = [];
  recorded = [];
  transports = [];
  const log = pino({ level: 'silent' });
  const observer = createRequestObserver({
    log,
    onRequest: (transport, operation, code) => {
      transports.push(transport);
      recorded.push([operation, code]);
    },
  });
  const router = createRouter({
    routes,
    gate: createGate(options),
    cors: createCors(null),
    observer,
    onRequest: (route) => counted.push(route),
    report: () => {},
  });
  http = createHttpServer(router);
  const port = await http.listen(0, '127.0.0.1');
  return (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init);
}

const api = '/api/ticker/kraken/BTC%2FUSD';
const keyA = { headers: { authorization: 'Bearer a' } };

test('a route receives its parameters, the query string and the client, once', async () => {
  const ask = await start({ apiKeys: ['a'] });
  const response = await ask(`${api}?x=1?2`, keyA);
  expect(await response.text()).toBe('BTC/USD');
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({
    params: { exchange: 'kraken', symbol: 'BTC/USD' },
    search: 'x=1?2',
    principal: { address: '127.0.0.1', key: expect.stringMatching(/^key-/) },
  });
  expect(recorded).toEqual([['ticker', 'ok']]);
});

test('each kind of route requires a key or not, and is counted', async () => {
  const ask = await start({ apiKeys: ['a'] });
  const statuses = await Promise.all(
    ['/health', '/file', '/page', api, '/nothing'].map(async (path) => (await ask(path)).status),
  );
  expect(statuses).toEqual([200, 200, 401, 401, 401]);
  expect((await ask('/page', keyA)).status).toBe(200);
  expect((await ask('/nothing', keyA)).status).toBe(404);
  expect(counted).toEqual(['/health', '/file', '/page', '/api/ticker/:exchange/:symbol', 'other', '/page', 'other']);
  expect(recorded).toEqual([['invalid', 'UNAUTHENTICATED']]);
});

test('a browser that opens an api route receives its page, without a key, a quota or a record', async () => {
  const ask = await start({ apiKeys: ['a'], requestsPerMinute: 1 });
  const browser = { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } };
  for (let time = 0; time < 3; time++) expect(await (await ask(api, browser)).text()).toBe('page of the API');
  expect((await ask(api, { ...browser, method: 'HEAD' })).status).toBe(200);
  expect((await ask(api, { ...browser, method: 'POST' })).status).toBe(401);
  expect(counted).toEqual(Array.from({ length: 5 }, () => '/api/ticker/:exchange/:symbol'));
  expect(recorded).toEqual([['invalid', 'UNAUTHENTICATED']]);
});

test('a wrong key does not matter where none is needed, and guessing it shows nothing', async () => {
  const ask = await start({ apiKeys: ['a'], requestsPerMinute: 1 });
  const guess = { headers: { authorization: 'Bearer b' } };
  for (let time = 0; time < 3; time++) expect((await ask('/file', guess)).status).toBe(200);
  expect((await ask('/page', keyA)).status).toBe(200);
});

test('a page that cannot be read is answered with 500, masked', async () => {
  const ask = await start();
  const response = await ask('/broken');
  expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('defect')]);
});

test('an api route counts in the requests quota, and a page does not', async () => {
  const ask = await start({ requestsPerMinute: 1 });
  for (let time = 0; time < 3; time++) expect((await ask('/page')).status).toBe(200);
  expect((await ask(api)).status).toBe(200);
  const refused = await ask(api);
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).not.toBeNull();
  expect(seen).toHaveLength(1);
});

test('an api route answers a preflight without a key, and with its own methods', async () => {
  const ask = await start({ apiKeys: ['a'] });
  const response = await ask(api, { method: 'OPTIONS' });
  expect(response.status).toBe(204);
  expect(response.headers.get('access-control-allow-methods')).toBe('GET');
});

test('a route that fails is answered with 500, masked and recorded', async () => {
  const ask = await start();
  const response = await ask(`${api}?fail`);
  expect(response.status).toBe(500);
  expect((await response.json()).errors[0].message).toBe('Something went wrong on this server.');
  expect(recorded).toEqual([['invalid', 'INTERNAL_SERVER_ERROR']]);
});

test('a path whose percent-encoding is invalid is a bad request', async () => {
  const ask = await start();
  const response = await ask('/api/ticker/kraken/%zz');
  expect(response.status).toBe(400);
  expect((await response.json()).errors[0].message).toContain('%25');
  expect(seen).toEqual([]);
});

test('a request that is refused before its route counts for the transport of the route', async () => {
  const ask = await start({ apiKeys: ['a'], requestsPerMinute: 1 });
  const statuses: number[] = [];
  for (const init of [{}, keyA, keyA]) statuses.push((await ask(api, init)).status);
  expect(statuses).toEqual([401, 200, 429]);
  expect(recorded.map(([, code]) => code)).toEqual(['UNAUTHENTICATED', 'ok', 'RATE_LIMITED']);
  expect(transports).toEqual(['rest', 'rest', 'rest']);
});
