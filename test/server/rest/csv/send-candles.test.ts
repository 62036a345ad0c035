import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MarketDataError } from '../../../../src/market/errors.ts';
import { createGate } from '../../../../src/server/access/gate.ts';
import type { Limiter } from '../../../../src/server/access/quotas.ts';
import { ManualClock } from '../../../support/fakes/manual-clock.ts';
import { type FakeServer, type FakeServerOptions, startServer } from '../../../support/server.ts';
import { eventually } from '../../../support/socket-client.ts';

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

async function restart(options: FakeServerOptions = {}): Promise<void> {
  server = await startServer({ fake: { logLevel: 'debug', ...options } });
  server.marketData.setCandles(candles);
}

beforeEach(() => restart());

afterEach(() => server.stop());

async function open(requested = path): Promise<IncomingMessage> {
  const asked = get(`${server.origin}${requested}`, { agent: false });
  // A reset after the last byte is an error of the request.
  asked.on('error', () => {});
  const [response] = await once(asked, 'response');
  return response;
}

/** The operation and the outcome of each request in the log. */
async function readOutcomes(): Promise<readonly unknown[]> {
  const found = () => server.log.lines.filter(({ msg }) => /^request/.test(msg));
  await eventually(() => found().length > 0);
  return found().map(({ transport, operation, code }) => [transport, operation, code]);
}

interface File {
  readonly lines: number;
  readonly last: string;
  readonly isWhole: boolean;
}

/** Reads to the end; what came, and whether it came whole. */
async function readAll(response: IncomingMessage): Promise<File> {
  let text = '';
  response.on('data', (chunk) => {
    text += String(chunk);
  });
  response.on('error', () => {});
  await new Promise<void>((resolve) => {
    response.on('close', () => resolve());
  });
  const lines = text.split('\r\n').slice(1, -1);
  return { lines: lines.length, last: lines.at(-1) ?? '', isWhole: response.complete };
}

test('all rows come, a page at a time', async () => {
  expect(await readAll(await open())).toMatchObject({ lines: count, isWhole: true });
  expect(server.marketData.candleCalls.map(({ limit }) => limit)).toEqual(Array(count / pageRows).fill(pageRows));
  expect(await readOutcomes()).toEqual([['rest', 'ohlcv', 'ok']]);
});

test('a page that is not full is the last', async () => {
  const since = start + (count - 7000) * minute;
  const { text } = await server.send({ path: path.replace(String(start), String(since)) });
  expect(text.split('\r\n').length - 2).toBe(7000);
  expect(server.marketData.candleCalls.length).toBe(2);
});

test('a failure before the first row is a problem', async () => {
  server.marketData.setCandles(new MarketDataError('TIMEOUT', 'Too slow.', { exchange: 'kraken' }));
  const { status, headers } = await server.send({ path });
  expect([status, headers['content-type']]).toEqual([504, 'application/problem+json; charset=utf-8']);
  expect(await readOutcomes()).toEqual([['rest', 'ohlcv', 'TIMEOUT']]);
});

test('a failure after the first row cuts the connection, so that nobody takes a part for the whole', async () => {
  const response = await open();
  server.marketData.setCandles(new MarketDataError('TIMEOUT', 'Too slow.', { exchange: 'kraken' }));
  const { lines, last, isWhole } = await readAll(response);
  expect(isWhole).toBe(false);
  expect(lines).toBeLessThan(count);
  expect(last).toBe('INCOMPLETE,TIMEOUT,,,,,');
  expect(await readOutcomes()).toEqual([['rest', 'ohlcv', 'TIMEOUT']]);
});

test('a client that leaves before the end does not count as answered', async () => {
  const response = await open();
  response.destroy();
  expect(await readOutcomes()).toEqual([['rest', 'ohlcv', 'CLIENT_LEFT']]);
});

test('a client that stops reading is cut, because what is written for it stays in memory', async () => {
  await server.stop();
  await restart({ slowReaders: { stallMs: 50 } });
  // More bytes than the buffers of the kernel hold.
  const wide = { open: Math.PI, high: Math.PI, low: Math.PI, close: Math.PI };
  server.marketData.setCandles(candles.map((candle) => ({ ...candle, ...wide })));
  const response = await open();
  expect(await readOutcomes()).toEqual([['rest', 'ohlcv', 'CLIENT_LEFT']]);
  const { lines, isWhole } = await readAll(response);
  expect(isWhole).toBe(false);
  expect(lines).toBeLessThan(count);
});

test('a client that asks for the head only is answered without a second page', async () => {
  const { status, text } = await server.send({ method: 'HEAD', path });
  expect([status, text]).toEqual([200, '']);
  expect(server.marketData.candleCalls.length).toBe(1);
  expect(await readOutcomes()).toEqual([['rest', 'ohlcv', 'ok']]);
});

describe('with a quota', () => {
  const clock = new ManualClock();
  let refused: number;
  let taken: number;

  /** Refuses the third page and those after it, until it is reset. */
  const limiter: Limiter = {
    penalty: async () => {
      taken += 1;
      if (taken > 2) refused += 1;
      return { consumedPoints: taken > 2 ? 1e9 : 0, msBeforeNext: 30_000 };
    },
    reward: async () => ({ consumedPoints: 0, msBeforeNext: 0 }),
    get: async () => null,
  };

  beforeEach(async () => {
    await server.stop();
    [refused, taken] = [0, 0];
    const gate = createGate({ costPerMinute: 1e8, createLimiter: async () => limiter });
    await restart({ gate, socketClock: clock });
  });

  test('a file waits for the quota, and is whole', async () => {
    const response = await open();
    const reading = readAll(response);
    await eventually(() => refused === 1);
    await clock.advance(29_999);
    expect([taken, server.marketData.candleCalls.length]).toEqual([3, 2]);
    taken = Number.NEGATIVE_INFINITY;
    await clock.advance(1);
    expect(await reading).toMatchObject({ lines: count, isWhole: true });
    expect(await readOutcomes()).toEqual([['rest', 'ohlcv', 'ok']]);
  });

  test('a client that leaves meanwhile ends the wait', async () => {
    const response = await open();
    await eventually(() => refused === 1);
    response.destroy();
    expect(await readOutcomes()).toEqual([['rest', 'ohlcv', 'CLIENT_LEFT']]);
    await clock.advance(60_000);
    expect([refused, clock.pending]).toEqual([1, 0]);
  });

  test.each([
    [12_000, 3000, 2500],
    [10_000, 9000, 5000],
    [1000, 400, 250],
  ])('a file of %d rows has smaller pages if a minute is worth only %d', async (limit, costPerMinute, size) => {
    await server.stop();
    taken = Number.NEGATIVE_INFINITY;
    await restart({ gate: createGate({ costPerMinute, createLimiter: async () => limiter }), socketClock: clock });
    const requested = path.replace(`limit=${count}`, `limit=${limit}`);
    expect(await readAll(await open(requested))).toMatchObject({ lines: limit, isWhole: true });
    const sizes = server.marketData.candleCalls.map((call) => call.limit);
    expect(sizes.slice(0, -1).every((each) => each === size)).toBe(true);
    expect(sizes.length).toBe(Math.ceil(limit / size));
  });

  test('a file that cannot begin is refused', async () => {
    taken = 2;
    const { status, headers } = await server.send({ path });
    expect([status, headers['retry-after']]).toEqual([429, '30']);
  });
});
