import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseExposition } from '../../support/exposition.ts';
import type { RawAnswer } from '../../support/server/running-server.ts';
import { type AppServer, startServer } from '../../support/server.ts';

let running: AppServer;
let asset: string;

beforeAll(async () => {
  running = await startServer({ config: { apiKeys: ['correct-horse-battery'] } });
  const { text } = await get('/');
  asset = /src="\.(\/assets\/[\w-]+\.js)"/.exec(text)?.[1] ?? '';
});

afterAll(() => running.stop());

function get(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<RawAnswer> {
  return running.send({ path, method, headers });
}

test('the page needs no key, nor do the files that it names', async () => {
  const page = await get('/', { accept: 'text/html' });
  expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  const names = [...page.text.matchAll(/(?:src|href)="(\.\/[^"]+)"/g)].map(([, name = '']) => name);
  const files = names.filter((name) => name.includes('.', 2));
  expect([...new Set(files.map((name) => name.replace(/^.*\./, '')))].sort()).toEqual(['css', 'js', 'svg']);
  for (const name of files) expect((await get(name.slice(1))).status).toBe(200);
});

test('every address in the page is relative, so that it works under the path of a proxy', async () => {
  const { text } = await get('/');
  const addresses = [...text.matchAll(/(?:src|href|content)="([^"]*\/[^"]*)"/g)].map(([, address]) => address);
  expect(addresses.length).toBeGreaterThan(2);
  expect(addresses.filter((address) => !address?.startsWith('./'))).toEqual([]);
});

test('the page may use only this server, and cannot be framed', async () => {
  const { headers } = await get('/', { host: 'ticks.example:4000' });
  expect(headers['content-security-policy']?.toString().split('; ')).toEqual([
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self' ws://ticks.example:4000 wss://ticks.example:4000",
  ]);
  expect(headers).toMatchObject({
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  });
  const strange = await get('/', { host: 'ticks.example;script-src' });
  expect(strange.headers['content-security-policy']).toMatch(/connect-src 'self'$/);
});

test('caches keep an asset for good, and ask for the page and its icon each time', async () => {
  expect((await get(asset)).headers['cache-control']).toBe('public, max-age=31536000, immutable');
  for (const path of ['/', '/icon.svg']) expect((await get(path)).headers['cache-control']).toBe('no-cache');
  for (const path of ['/', '/icon.svg', asset]) expect((await get(path)).headers.vary).toBe('Accept-Encoding');
});

describe.each([['/'], ['/icon.svg'], ['an asset']])('%s', (name) => {
  const ask = (headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<RawAnswer> =>
    get(name === 'an asset' ? asset : name, headers, method);

  test('is sent in the coding that the client wants', async () => {
    const plain = await ask();
    expect(plain.headers['content-encoding']).toBeUndefined();
    const brotli = await ask({ 'accept-encoding': 'gzip, deflate, br' });
    expect(brotli.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(brotli.body)).toEqual(plain.body);
    const gzip = await ask({ 'accept-encoding': 'gzip, br;q=0' });
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzip.body)).toEqual(plain.body);
    for (const { headers, body } of [plain, brotli, gzip]) expect(headers['content-length']).toBe(`${body.length}`);
    // Caches keep one answer for each coding.
    expect(new Set([plain, brotli, gzip].map(({ headers }) => headers.etag)).size).toBe(3);
  });

  test('HEAD is answered with the same headers, without a body', async () => {
    const accept = { 'accept-encoding': 'br' };
    const { date: _date, ...headers } = (await ask(accept)).headers;
    const head = await ask(accept, 'HEAD');
    expect([head.status, head.body.length]).toEqual([200, 0]);
    expect(head.headers).toMatchObject(headers);
  });

  test('a client that has it already gets 304, also through a proxy that weakens the tag', async () => {
    const first = await ask({ 'accept-encoding': 'br' });
    const etag = first.headers.etag ?? '';
    for (const tag of [etag, `W/${etag}`]) {
      const again = await ask({ 'accept-encoding': 'br', 'if-none-match': tag });
      expect([again.status, again.body.length]).toEqual([304, 0]);
      for (const header of ['etag', 'cache-control', 'vary', 'content-security-policy'])
        expect(again.headers[header]).toBe(first.headers[header]);
    }
    // The tag is that of the bytes in one coding.
    expect((await ask({ 'accept-encoding': 'gzip', 'if-none-match': etag })).status).toBe(200);
  });

  test('is only for GET and HEAD', async () => {
    expect(await ask({}, 'POST')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });
});

test('each type of file is declared', async () => {
  const { text } = await get('/');
  const style = /href="\.(\/assets\/[\w-]+\.css)"/.exec(text)?.[1] ?? '';
  const types = await Promise.all(
    [asset, style, '/icon.svg'].map(async (path) => (await get(path)).headers['content-type']),
  );
  expect(types).toEqual(['text/javascript; charset=utf-8', 'text/css; charset=utf-8', 'image/svg+xml']);
});

test.each([
  '/assets/index-00000000.js',
  '/assets/constructor',
  '/assets/..%2findex.html',
  '/assets/../../package.json',
  '/assets/%2e%2e/icon.svg',
])('%s is not found, which no cache keeps', async (path) => {
  const { status, headers, text } = await get(path);
  expect([status, headers['content-type'], headers['cache-control']]).toEqual([
    404,
    'text/plain; charset=utf-8',
    'no-store',
  ]);
  expect(text).toContain('load the page again');
});

test('compressed copies have no address of their own, and neither have the other files of the build', async () => {
  expect((await get(`${asset}.br`)).status).toBe(404);
  for (const path of ['/index.html', '/icon.svg.gz', '/catalogue.json']) expect((await get(path)).status).toBe(401);
});

test('all assets have one label in the metrics', async () => {
  await using server = await startServer();
  for (const path of [asset, '/assets/a', '/assets/b', '/', '/icon.svg']) await server.send({ path });
  const { samples } = parseExposition(await server.scrape());
  const routes = samples.filter(({ name }) => name === 'tickql_http_requests_total');
  const counts = Object.fromEntries(routes.map(({ labels, value }) => [labels.route, value]));
  expect(counts).toMatchObject({ '/assets/*file': 3, '/': 1, '/icon.svg': 1 });
});

test('with LIVE_PAGE=false, the page is away and / redirects to GraphiQL', async () => {
  await using server = await startServer({ config: { livePage: false } });
  const front = await server.send({ path: '/' });
  expect([front.status, front.headers.location, front.text]).toEqual([302, 'graphql', '']);
  for (const path of [asset, '/icon.svg']) expect((await server.send({ path })).status).toBe(404);
});
