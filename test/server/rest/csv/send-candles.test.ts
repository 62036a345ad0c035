import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MarketDataError } from '../../../../src/market/errors.ts';
import { type FakeServer, startServer } from '../../../support/server.ts';

// Files that are longer than one answer: 12 pages of 5,000 candles.

const minute = 60_000;
const start = Date.UTC(2020, 0, 1);
const count = 60_000;
const pageRows = 5000;
const path = `/api/candles/kraken/BTC-USDT?timeframe=1m&since=${start}&limit=${count}&format=csv`;

const candles = Array.from({ length: count }, (_, index) => ({
  timestamp: start + index * minute,
  ...{ open: 1, high: 2, low: 1, close: 2, volume: index, closed: true, stale: false },
}));

let server: FakeServer;

beforeEach(async () => {
  server = await startServer({ fake: {} });
  server.marketData.setCandles(candles);
});

afterEach(() => server.stop());

async function open(): Promise<IncomingMessage> {
  const asked = get(`${server.origin}${path}`, { agent: false });
  const [response] = await once(asked, 'response');
  return response;
}

/** Reads to the end; what came, and whether it came whole. */
async function readAll(response: IncomingMessage): Promise<{ readonly lines: number; readonly isWhole: boolean }> {
  let text = '';
  response.on('data', (chunk) => {
    text += String(chunk);
  });
  response.on('error', () => {});
  await new Promise<void>((resolve) => {
    response.on('close', () => resolve());
  });
  return { lines: text.split('\r\n').length - 2, isWhole: response.complete };
}

test('all rows come, a page at a time', async () => {
  expect(await readAll(await open())).toEqual({ lines: count, isWhole: true });
  expect(server.marketData.candleCalls.map(({ limit }) => limit)).toEqual(Array(count / pageRows).fill(pageRows));
});

test('a failure before the first row is a problem', async () => {
  server.marketData.setCandles(new MarketDataError('TIMEOUT', 'Too slow.', { exchange: 'kraken' }));
  const { status, headers } = await server.send({ path });
  expect([status, headers['content-type']]).toEqual([504, 'application/problem+json; charset=utf-8']);
});

test('a failure after the first row cuts the connection, so that nobody takes a part for the whole', async () => {
  const response = await open();
  server.marketData.setCandles(new MarketDataError('TIMEOUT', 'Too slow.', { exchange: 'kraken' }));
  const { lines, isWhole } = await readAll(response);
  expect(isWhole).toBe(false);
  expect(lines).toBeLessThan(count);
});
