import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Certificate, createCertificate } from '../../support/programs/certificate.ts';
import { type DeployedProxy, proxyKinds } from '../../support/programs/deployed-proxy.ts';
import { type FakeServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';

const btc = { exchange: 'kraken', symbol: 'BTC/USD' };
const accept = 'application/json, text/event-stream';
const json = { host: 'localhost', 'content-type': 'application/json', accept, 'accept-encoding': 'gzip' };

function toMessage(method: string, params: object, id = 1): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params });
}

function toCall(name: string, values: object): string {
  return toMessage('tools/call', { name, arguments: values });
}

const kinds = proxyKinds.filter(({ isInstalled }) => isInstalled || process.env.CI);

describe.each(kinds)('MCP behind $name with the configuration of docs/deploy.md', ({ start }) => {
  let certificate: Certificate;
  let server: FakeServer;
  let proxy: DeployedProxy;

  beforeAll(async () => {
    certificate = createCertificate();
    server = await startServer({ fake: { proxies: 1 } });
    server.marketData.set('BTC/USD', { last: 1 });
    for (let index = 0; index < 900; index += 1) server.marketData.set(`T${index}/USD`, { last: index, vwap: 1 / 3 });
    proxy = await start(server.port, certificate);
  });

  afterAll(async () => {
    await proxy.program.close();
    await server.stop();
    certificate.remove();
  });

  function ask(method: string, body?: string, headers: Readonly<Record<string, string>> = {}): ClientRequest {
    const address = { host: '127.0.0.1', port: proxy.httpsPort, servername: 'localhost', agent: false };
    const asked = request({ ...address, ca: certificate.cert, path: '/mcp', method, headers: { ...json, ...headers } });
    asked.end(body);
    return asked;
  }

  async function send(method: string, body?: string, headers: Readonly<Record<string, string>> = {}) {
    const [response]: IncomingMessage[] = await once(ask(method, body, headers), 'response');
    if (!response) throw new TypeError('no response');
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode, headers: response.headers, text };
  }

  /** The message in an answer of JSON, or in the only event of an event stream. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape of a message is up to the test
  function messageOf({ text }: { readonly text: string }): any {
    return JSON.parse(text.startsWith('{') ? text : (/^data: (.*)$/m.exec(text)?.[1] ?? ''));
  }

  test('a client begins, and its calls are answered whole, small or as large as results can be', async () => {
    const clientInfo = { name: 'test', version: '1' };
    const initialize = toMessage('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo });
    expect(messageOf(await send('POST', initialize)).result.serverInfo.name).toBe('tickql');
    const notified = await send('POST', '{"jsonrpc":"2.0","method":"notifications/initialized"}');
    expect([notified.status, notified.text]).toEqual([202, '']);
    expect(messageOf(await send('POST', toMessage('tools/list', {}))).result.tools.length).toBeGreaterThan(10);
    const symbols = Array.from({ length: 900 }, (_, index) => `T${index}/USD`);
    const large = await send('POST', toCall('get_tickers', { exchange: 'kraken', symbols, limit: 900 }));
    expect(large.text.length).toBeGreaterThan(38_000);
    const { structuredContent } = messageOf(large).result;
    expect(structuredContent.cut.next).toEqual({ after: structuredContent.tickers.at(-1).symbol });
  });

  test('a call that waits for its exchange is answered as soon as the exchange is, in an event stream', async () => {
    const release = server.marketData.hold();
    const answered = send('POST', toCall('get_ticker', btc));
    await eventually(() => server.http.requestCount === 1);
    release();
    const { status, headers, text } = await answered;
    expect([status, headers['content-type']]).toEqual([200, 'text/event-stream']);
    expect(text).toMatch(/^event: message\ndata: /);
  });

  test('a client that leaves ends its call on the server', async () => {
    await eventually(() => server.http.requestCount === 0);
    const release = server.marketData.hold();
    const asked = ask('POST', toCall('get_ticker', btc)).on('error', () => {});
    await eventually(() => server.http.requestCount === 1);
    asked.destroy();
    await eventually(() => server.http.requestCount === 0);
    release();
    expect(messageOf(await send('POST', toCall('get_ticker', btc))).result.structuredContent.ticker.last).toBe(1);
  });

  test('refusals of the server arrive as they are', async () => {
    const get = await send('GET');
    expect([get.status, get.headers.allow]).toEqual([405, 'POST, OPTIONS']);
    expect(messageOf(get).error.message).toContain('answers only POST');
    const page = await send('POST', toCall('get_ticker', btc), { origin: 'https://localhost' });
    expect(page.status).toBe(200);
    const foreign = await send('POST', toCall('get_ticker', btc), { origin: 'https://evil.example' });
    expect([foreign.status, messageOf(foreign).error.code]).toEqual([403, -32_000]);
  });
});
