import { once } from 'node:events';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket, { type ClientOptions } from 'ws';
import { type Certificate, createCertificate } from '../support/programs/certificate.ts';
import { type DeployedProxy, proxyKinds } from '../support/programs/deployed-proxy.ts';
import { createHttpsRequests, type HttpsAnswer, type HttpsRequests } from '../support/programs/https-requests.ts';
import { findFreePort } from '../support/programs/loopback-program.ts';
import { type AppServer, startServer } from '../support/server.ts';
import { eventually, subscribe } from '../support/socket-client.ts';
import { StreamClient } from '../support/stream-client.ts';

const ticker = '{ ticker(exchange: "sim", symbol: "BTC/USDT") { last } }';
const candles = '{ candles(exchange: "sim", symbol: "BTC/USDT", limit: 100) { open high low close } }';
const tickerUpdated = 'subscription { tickerUpdated(exchange: "sim", symbol: "BTC/USDT") { last } }';
const streamPath = '/api/stream/ticker/sim/BTC-USDT';
const json = { 'content-type': 'application/json' };

const kinds = proxyKinds.filter(({ isInstalled }) => isInstalled || process.env.CI);

describe.each(kinds)('behind $name', ({ name, start }) => {
  let certificate: Certificate;
  let running: AppServer;
  let proxy: DeployedProxy;
  let ca: Buffer;
  let requests: HttpsRequests;

  beforeAll(async () => {
    certificate = createCertificate();
    ca = certificate.cert;
    const port = await findFreePort();
    await startApp(port);
    proxy = await start(port, certificate);
    requests = createHttpsRequests(proxy.httpsPort, ca);
  });

  afterAll(async () => {
    await proxy.program.close();
    await running.stop();
    certificate.remove();
  });

  async function startApp(port: number, requestsPerMinute = 300): Promise<void> {
    running = await startServer({ config: { port, trustedProxies: 1, requestsPerMinute } });
  }

  const ask: HttpsRequests['ask'] = (...request) => requests.ask(...request);
  const send: HttpsRequests['send'] = (...request) => requests.send(...request);

  function post(query: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpsAnswer> {
    return send('/graphql', { method: 'POST', headers: { ...json, ...headers } }, JSON.stringify({ query }));
  }

  test('http is redirected to https, and browsers remember that', async () => {
    const url = 'https://localhost/graphql?query=1';
    const host = { host: 'localhost' };
    const [answer]: IncomingMessage[] = await once(
      requestHttp({ host: '127.0.0.1', port: proxy.httpPort, path: '/graphql?query=1', headers: host }).end(),
      'response',
    );
    answer?.resume();
    expect([answer?.statusCode, answer?.headers.location]).toEqual([308, url]);
    expect((await post(ticker)).headers['strict-transport-security']).toBe('max-age=31536000');
  });

  test('a query is answered, and a large answer is compressed', async () => {
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const answer = await post(candles, { accept, 'accept-encoding': 'gzip' });
      expect([answer.status, answer.headers['content-encoding']]).toEqual([200, 'gzip']);
      expect(answer.headers['content-type']).toContain(accept);
      expect(JSON.parse(answer.text).data.candles.length).toBe(100);
    }
  });

  test('CSV is compressed', async () => {
    const answer = await send('/api/candles/sim/BTC-USDT?format=csv', { headers: { 'accept-encoding': 'gzip' } });
    expect([answer.status, answer.headers['content-encoding']]).toEqual([200, 'gzip']);
    expect(answer.text).toContain('timestamp,datetime,open,high,low,close,volume\r\n');
  });

  test('an answer that the client has already is not sent again', async () => {
    const path = `/graphql?query=${encodeURIComponent('{ exchanges { id name } }')}`;
    const first = await send(path, { headers: { 'accept-encoding': 'gzip' } });
    expect([first.status, first.headers['content-encoding']]).toEqual([200, 'gzip']);
    const again = await send(path, { headers: { 'accept-encoding': 'gzip', 'if-none-match': first.headers.etag } });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  test('a WebSocket goes through', async () => {
    class TrustingWebSocket extends WebSocket {
      constructor(url: string, protocols: string[], options: ClientOptions = {}) {
        super(url, protocols, { ...options, ca });
      }
    }
    const url = `wss://localhost:${proxy.httpsPort}/graphql`;
    const client = createClient({ url, webSocketImpl: TrustingWebSocket, retryAttempts: 0, lazy: true });
    const operation = subscribe(client, tickerUpdated);
    await operation.until(2);
    operation.stop();
    await client.dispose();
    expect(operation.error).toBeNull();
  });

  test('events of GraphQL come one by one', async () => {
    const headers = { ...json, accept: 'text/event-stream', 'accept-encoding': 'gzip' };
    const client = new StreamClient(
      await ask('/graphql', { method: 'POST', headers }, JSON.stringify({ query: tickerUpdated })),
    );
    await eventually(() => client.told.length > 2);
    client.leave();
  });

  test('events of REST come one by one, and end with their client', async () => {
    const headers = { accept: 'text/event-stream', 'accept-encoding': 'gzip' };
    const client = new StreamClient(await ask(streamPath, { headers }));
    await eventually(() => client.events.length > 2);
    client.leave();
    await eventually(() => running.app.counts.operations === 0);
  });

  test('over HTTP/2, one connection carries many event streams', async () => {
    const session = connectHttp2(`https://localhost:${proxy.httpsPort}`, { ca });
    const texts = Array.from({ length: 20 }, () => '');
    for (const index of texts.keys()) {
      const stream = session.request({ ':path': streamPath, accept: 'text/event-stream' });
      stream.setEncoding('utf8').on('data', (text) => {
        texts[index] += text;
      });
    }
    await eventually(() => texts.every((text) => /^data: /m.test(text)));
    session.destroy();
    await eventually(() => running.app.counts.operations === 0);
  });

  test.each(['/graphql', '/api/historical', '/mcp'])('a body of 300 KB is refused by the server: %s', async (path) => {
    const headers = { ...json, accept: 'application/json, text/event-stream' };
    const answer = await send(path, { method: 'POST', headers }, JSON.stringify({ query: 'x'.repeat(300 * 1024) }));
    expect([answer.status, answer.text]).toEqual([413, expect.stringContaining('the maximum of 256 KB')]);
    const { code, error, errors } = JSON.parse(answer.text);
    expect(code ?? error?.code ?? errors[0].extensions.code).toBe(path === '/mcp' ? -32_000 : 'BAD_USER_INPUT');
  });

  test('a body of 5 MB is refused', async () => {
    // A client that is refused early may find the connection closed before it has sent everything.
    const answer = await post(`# ${'x'.repeat(5000 * 1024)}`).catch(() => null);
    expect(answer?.status ?? 413).toBe(413);
  });

  test('a long query in the URL is answered', async () => {
    const query = `${'# '.padEnd(9000, 'x')}\n${ticker}`;
    expect((await send(`/graphql?query=${encodeURIComponent(query)}`)).status).toBe(200);
  });

  test('metrics are not public', async () => {
    for (const path of [
      '/metrics',
      '/metrics/',
      '//metrics',
      '/%6Detrics/',
      '/metrics/?x',
      '/./metrics',
      '/metrics/.',
    ]) {
      const { status, text } = await send(path);
      expect([path, status, text.includes('Its paths are')]).toEqual([path, 404, false]);
    }
    expect((await fetch(`${running.origin}/metrics`)).status).toBe(200);
  });

  test('a request for another host reaches nothing', async () => {
    const answer = await send('/graphql', { headers: { host: 'rebound.example' } }).catch(() => null);
    expect(answer?.text ?? '').toBe('');
  });

  /** While the server is away, clients that parse JSON can read what the proxy answers. */
  async function expectErrorsOfTheProxy(): Promise<void> {
    const error = { code: 'OVERLOADED', retryable: true, retryAfterMs: 2000 };
    const message = 'TickQL is restarting; try again.';
    const [graphql, rest, mcp] = await Promise.all([
      post(ticker),
      send('/api/ticker/sim/BTC-USDT', { headers: { origin: 'https://shop.example' } }),
      send('/mcp', { method: 'POST', headers: { ...json, accept: 'application/json, text/event-stream' } }, '{}'),
    ]);
    for (const { status, headers } of [graphql, rest, mcp]) {
      expect([status, headers['retry-after'], headers['cache-control']]).toEqual([503, '2', 'no-store']);
      expect(headers['access-control-allow-origin']).toBe('*');
    }
    expect(graphql.headers['content-type']).toBe('application/json');
    expect(JSON.parse(graphql.text)).toEqual({ errors: [{ message, extensions: error }] });
    for (const { headers, text } of [rest, mcp]) {
      expect(headers['content-type']).toBe('application/problem+json');
      const problem = { type: 'about:blank', title: 'Service Unavailable', status: 503, detail: message, ...error };
      expect(JSON.parse(text)).toEqual(problem);
    }
  }

  test('while the server restarts, an EventSource is told to come back, and WebSockets and events return', async () => {
    const { port } = running;
    const before = new StreamClient(await ask(streamPath, { headers: { accept: 'text/event-stream' } }));
    await eventually(() => before.events.length > 0);
    await running.stop();
    await eventually(() => before.closed);
    const absent = await send(streamPath, { headers: { accept: 'text/event-stream', origin: 'https://shop.example' } });
    expect([absent.status, absent.headers['content-type'], absent.text]).toEqual([
      200,
      'text/event-stream',
      'retry: 2000\n\n',
    ]);
    expect(absent.headers['access-control-allow-origin']).toBe('*');
    await expectErrorsOfTheProxy();
    // Caddy holds the request until the server is back.
    const held = name === 'nginx' ? null : send('/api/ticker/sim/BTC-USDT');
    await startApp(port);
    if (held) expect((await held).status).toBe(200);
    await eventually(async () => (await post(ticker)).status === 200);
    const after = new StreamClient(await ask(streamPath, { headers: { accept: 'text/event-stream' } }));
    await eventually(() => after.events.length > 0);
    after.leave();
  });

  test('quotas count the real address of a client, whatever it claims', async () => {
    // So few that even a slow machine sends more within a minute.
    const { port } = running;
    await running.stop();
    await startApp(port, 10);
    await eventually(async () => (await post(ticker)).status === 200);
    let last = await post(ticker);
    for (let count = 0; last.status === 200 && count < 20; count += 1) {
      last = await post(ticker, { 'x-forwarded-for': `203.0.113.${count}` });
    }
    expect([last.status, Number(last.headers['retry-after']) > 0]).toEqual([429, true]);
    const options = { method: 'POST', headers: json, localAddress: '127.0.0.2' };
    expect((await send('/graphql', options, JSON.stringify({ query: ticker }))).status).toBe(200);
  });
});
