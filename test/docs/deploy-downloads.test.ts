import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { request } from 'node:https';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MarketDataError } from '../../src/market/errors.ts';
import type { CandleQuery } from '../../src/market/model/candle.ts';
import { FakeMarketData } from '../support/fakes/fake-market-data.ts';
import { SkippingClock } from '../support/fakes/skipping-clock.ts';
import { type Certificate, createCertificate } from '../support/programs/certificate.ts';
import { type DeployedProxy, proxyKinds } from '../support/programs/deployed-proxy.ts';
import { type FakeServer, startServer } from '../support/server.ts';
import { eventually } from '../support/socket-client.ts';

// A CSV file of several pages on its way through the proxies of docs/deploy.md.

const minute = 60_000;
const start = Date.UTC(2020, 0, 1);
const count = 30_000;
const path = `/api/candles/kraken/BTC-USDT?timeframe=1m&since=${start}&limit=${count}&format=csv`;

const candles = Array.from({ length: count }, (_, index) => ({
  timestamp: start + index * minute,
  ...{ open: 1, high: 2, low: 1, close: 2, volume: index, closed: true, stale: false },
}));

/** An exchange that fails for candles from an instant on. */
class FailingMarketData extends FakeMarketData {
  failsFrom = Number.POSITIVE_INFINITY;

  override fetchCandles(query: CandleQuery): ReturnType<FakeMarketData['fetchCandles']> {
    if ((query.since ?? 0) < this.failsFrom) return super.fetchCandles(query);
    throw new MarketDataError('TIMEOUT', 'Too slow.', { exchange: 'kraken' });
  }
}

/** What a client has received, and whether it can know that this is everything. */
interface Download {
  readonly status: number;
  readonly bytes: Buffer;
  readonly isWhole: boolean;
}

const incomplete = /\r\nINCOMPLETE,TIMEOUT,,,,,\r\n$/;

const kinds = proxyKinds.filter(({ isInstalled }) => isInstalled || process.env.CI);

/** Caddy before 2.8 ends an answer cleanly although its server has reset the connection. */
const showsReset = (name: string): boolean => name === 'nginx';

describe.each(kinds)('behind $name', ({ name, start: startProxy }) => {
  let certificate: Certificate;
  let marketData: FailingMarketData;
  let server: FakeServer;
  let proxy: DeployedProxy;

  beforeEach(async () => {
    certificate = createCertificate();
    marketData = new FailingMarketData(new SkippingClock());
    marketData.setCandles(candles);
    server = await startServer({ fake: { marketData, proxies: 1, logLevel: 'debug' } });
    proxy = await startProxy(server.port, certificate);
  });

  afterEach(async () => {
    await proxy.program.close();
    await server.stop();
    certificate.remove();
  });

  async function download(headers: Readonly<Record<string, string>> = {}): Promise<Download> {
    const address = { host: '127.0.0.1', port: proxy.httpsPort, servername: 'localhost', agent: false };
    const asked = request({ ...address, ca: certificate.cert, path, headers: { host: 'localhost', ...headers } });
    asked.on('error', () => {});
    const [response] = await once(asked.end(), 'response');
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => {});
    await new Promise<void>((resolve) => response.on('close', () => resolve()));
    return { status: response.statusCode, bytes: Buffer.concat(chunks), isWhole: response.complete };
  }

  async function downloadOverHttp2(): Promise<Download> {
    const session = connectHttp2(`https://localhost:${proxy.httpsPort}`, { ca: certificate.cert });
    const stream = session.request({ ':path': path });
    const chunks: Buffer[] = [];
    let hasEnded = false;
    let status = 0;
    stream.on('response', (headers) => {
      status = headers[':status'] ?? 0;
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => {});
    stream.on('end', () => {
      hasEnded = true;
    });
    await new Promise<void>((resolve) => stream.on('close', () => resolve()));
    session.destroy();
    return { status, bytes: Buffer.concat(chunks), isWhole: hasEnded && stream.rstCode === 0 };
  }

  /** The outcome of the request in the log. */
  async function readOutcome(): Promise<unknown> {
    const find = () => server.log.lines.find(({ msg }) => /^request/.test(msg));
    await eventually(() => find() !== undefined);
    return find()?.code;
  }

  const linesOf = (bytes: Buffer): number => bytes.toString().split('\r\n').length - 2;

  test('a file arrives whole, compressed or not, over each version of HTTP', async () => {
    const plain = await download();
    expect([plain.status, plain.isWhole, linesOf(plain.bytes)]).toEqual([200, true, count]);
    const compressed = await download({ 'accept-encoding': 'gzip' });
    expect(compressed.bytes.length).toBeLessThan(plain.bytes.length / 2);
    expect(gunzipSync(compressed.bytes).equals(plain.bytes)).toBe(true);
    const second = await downloadOverHttp2();
    expect([second.status, second.isWhole, second.bytes.equals(plain.bytes)]).toEqual([200, true, true]);
    expect(await readOutcome()).toBe('ok');
  });

  test.each(['identity', 'gzip'])('a file that is cut does not look whole, with %s', async (coding) => {
    marketData.failsFrom = start + 15_000 * minute;
    const { status, bytes, isWhole } = await download({ 'accept-encoding': coding });
    expect(status).toBe(200);
    if (showsReset(name)) expect(isWhole).toBe(false);
    if (isWhole) expect(String(coding === 'gzip' ? gunzipSync(bytes) : bytes)).toMatch(incomplete);
    expect(await readOutcome()).toBe('TIMEOUT');
  });

  test('a file that is cut does not look whole over HTTP/2', async () => {
    marketData.failsFrom = start + 15_000 * minute;
    const { status, bytes, isWhole } = await downloadOverHttp2();
    expect(status).toBe(200);
    if (showsReset(name)) expect(isWhole).toBe(false);
    if (isWhole) expect(String(bytes)).toMatch(incomplete);
  });

  test('a file that cannot begin is a problem', async () => {
    marketData.failsFrom = 0;
    const { status, bytes } = await download();
    expect([status, JSON.parse(bytes.toString()).code]).toEqual([504, 'TIMEOUT']);
  });
});
