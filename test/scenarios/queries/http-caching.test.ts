import { afterEach, beforeEach, expect, test } from 'vitest';
import { tickerOf } from '../../support/fakes/fake-market-data.ts';
import { ttlMs } from '../../support/server/fake-server.ts';
import { type FakeServer, startServer } from '../../support/server.ts';

const ticker = '{ ticker(exchange: "kraken", symbol: "BTC/USD") { last } }';
const exchanges = '{ exchanges { id } }';

let server: FakeServer;

beforeEach(async () => {
  server = await startServer({ fake: { cached: true } });
  server.marketData.set('BTC/USD', { last: 1 });
});

afterEach(() => server.stop());

test('answers to GET have a max-age in whole seconds, which decreases for kept answers', async () => {
  const first = await server.get(exchanges);
  expect(first.headers).toMatchObject({ 'cache-control': 'public, max-age=3600', vary: 'Accept, Authorization' });
  expect((await server.get(exchanges)).headers).toMatchObject({
    etag: first.headers.etag,
    'cache-control': 'public, max-age=3600',
    'content-length': String(first.text.length),
  });
  await server.get(ticker);
  // Of its second some has passed.
  server.clock.skip(1);
  expect((await server.get(ticker)).headers['cache-control']).toBe('public, no-cache');
});

test('markets are cached for at most a minute', async () => {
  await using app = await startServer();
  const query =
    '{ market(exchange: "sim", symbol: "BTC/USDT") { base } exchange(id: "sim") { markets { totalCount } } }';
  const { headers } = await fetch(`${app.url}?query=${encodeURIComponent(query)}`);
  expect(headers.get('cache-control')).toMatch(/^public, max-age=(?:5\d|60)$/);
});

test('the answer to an identified client is private', async () => {
  const { headers } = await server.get(exchanges, { authorization: 'Bearer a' });
  expect(headers['cache-control']).toBe('private, max-age=3600');
});

test('live answers must be revalidated each time', async () => {
  server.streams.offer('ticker');
  const subscription = server.feeds.tickers('kraken', ['BTC/USD']);
  const receivedAt = server.clock.now();
  server.streams.push('ticker', 'BTC/USD', tickerOf({ exchange: 'kraken', symbol: 'BTC/USD', last: 5, receivedAt }));
  const { headers, text } = await server.get(ticker);
  expect(text).toContain('5');
  expect(headers['cache-control']).toBe('public, no-cache');
  expect((await server.get(ticker, { 'if-none-match': headers.etag ?? '' })).status).toBe(304);
  await subscription.return();
});

test('a client that has the answer already receives only the status 304', async () => {
  const { headers, text } = await server.get(exchanges);
  const etag = headers.etag ?? '';
  for (const ifNoneMatch of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const again = await server.get(exchanges, { 'if-none-match': ifNoneMatch });
    expect(again).toMatchObject({ status: 304, text: '' });
    expect(again.headers).toMatchObject({
      etag,
      'cache-control': 'public, max-age=3600',
      vary: 'Accept, Authorization',
      'access-control-allow-origin': '*',
    });
    expect(again.headers['content-type']).toBeUndefined();
  }
  expect(await server.get(exchanges, { 'if-none-match': '"other"' })).toMatchObject({ status: 200, text });
});

test('equal answers have equal tags, and different answers have different tags', async () => {
  const first = await server.get(ticker);
  server.clock.skip(ttlMs);
  expect((await server.get(ticker, { 'if-none-match': first.headers.etag ?? '' })).status).toBe(304);
  server.clock.skip(ttlMs);
  server.marketData.set('BTC/USD', { last: 2 });
  const changed = await server.get(ticker, { 'if-none-match': first.headers.etag ?? '' });
  expect(changed.status).toBe(200);
  expect(changed.headers.etag).not.toBe(first.headers.etag);
});

test('each media type has its own answer and tag', async () => {
  const json = await server.get(exchanges, { accept: 'application/json' });
  const response = await server.get(exchanges, { accept: 'application/graphql-response+json' });
  expect(response.text).toBe(json.text);
  expect(response.headers['content-type']).toBe('application/graphql-response+json; charset=utf-8');
  expect(response.headers.etag).not.toBe(json.headers.etag);
});

test('HEAD is GET without the body', async () => {
  const path = `/graphql?query=${encodeURIComponent(exchanges)}`;
  const get = await server.get(exchanges);
  const head = await server.send({ method: 'HEAD', path });
  expect(head).toMatchObject({ status: 200, text: '' });
  for (const name of ['etag', 'cache-control', 'content-type', 'content-length', 'vary']) {
    expect(head.headers[name]).toBe(get.headers[name]);
  }
});

test.each([
  '{ nope }',
  '{',
  '{ ticker(exchange: "kraken", symbol: "nope") { last } }',
  'query ($x: ID!) { exchange(id: $x) { id } }',
])('%s must not be stored and has no tag', async (query) => {
  const { headers } = await server.get(query, { accept: 'application/graphql-response+json' });
  expect(headers['cache-control']).toBe('no-store');
  expect(headers.etag).toBeUndefined();
});

test('answers to POST have no caching headers', async () => {
  const { headers } = await server.post(exchanges);
  expect(headers['cache-control']).toBeUndefined();
  expect(headers.etag).toBeUndefined();
});

test('any page can read every answer, and the tag', async () => {
  const origin = { origin: 'https://page.example' };
  for (const answer of [
    await server.get(exchanges, origin),
    await server.get(exchanges, origin),
    await server.post(exchanges, origin),
    await server.post('{ nope }', origin),
    await server.get('{ nope }', origin),
    await server.send({ method: 'PUT', headers: origin }),
  ]) {
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['access-control-allow-origin']).toBe('*');
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
  }
  expect((await server.get(exchanges, origin)).headers['access-control-expose-headers']).toBe('etag');
});

test('a preflight request is answered with what another page may send', async () => {
  const headers = {
    origin: 'https://page.example',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type,authorization',
  };
  const answer = await server.send({ method: 'OPTIONS', headers });
  expect(answer).toMatchObject({ status: 204, text: '' });
  expect(answer.headers).toMatchObject({
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, HEAD, POST',
    'access-control-allow-headers': 'content-type,authorization',
  });
});
