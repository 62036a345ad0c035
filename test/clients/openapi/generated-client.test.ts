import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';
import { checkTypes } from '../page/check-types.ts';

// A client that openapi-typescript generates from the document of a running server, as a user writes it.

const program = `import createClient from 'openapi-fetch';
import type { components, paths } from './types';

export async function callAll(baseUrl: string) {
  // Candles are JSON or CSV. With these media types, data and errors are JSON unless parseAs says otherwise.
  const client = createClient<paths, \`application/\${string}json\`>({ baseUrl, querySerializer: { array: { style: 'form', explode: false } } });
  const path = { exchange: 'sim', symbol: 'BTC/USDT' };
  const since = '2026-01-31T12:00:00Z';

  const ticker = await client.GET('/api/ticker/{exchange}/{symbol}', { params: { path } });
  const last: number | null | undefined = ticker.data?.last;
  // @ts-expect-error there is no such member
  ticker.data?.price;

  const candles = await client.GET('/api/candles/{exchange}/{symbol}', { params: { path, query: { since, limit: 3 } } });
  const file = await client.GET('/api/candles/{exchange}/{symbol}', {
    params: { path, query: { since, limit: 3, format: 'csv' } },
    parseAs: 'text',
  });

  const body = { ...path, timeframe: '1m', limit: 3, since };
  const historical = await client.POST('/api/historical', { body: { ...body, until: null } });
  const close: number | undefined = historical.data?.[0]?.[4];
  const fromEpoch = await client.POST('/api/historical', { body: { ...body, since: Date.parse(since) } });
  const oldFile = await client.POST('/api/historical', { body, params: { query: { format: 'csv' } }, parseAs: 'text' });

  const refused = await client.POST('/api/historical', { body: { ...body, exchange: 'krakn' } });
  const code: components['schemas']['Problem']['code'] | undefined = refused.error?.code;
  // @ts-expect-error the market must be named
  await client.POST('/api/historical', { body: { exchange: 'sim' } });

  const tickers = await client.GET('/api/tickers/{exchange}', {
    params: { path, query: { symbols: ['BTC/USDT', 'NO/NE'] } },
  });
  return { last, candles: candles.data, file: file.data, historical: historical.data, close, fromEpoch: fromEpoch.data,
    oldFile: oldFile.data, refused: refused.response.status, code, tickers: tickers.data };
}

/** The first event of a stream. */
async function first(stream: ReadableStream<Uint8Array> | null | undefined): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  if (!stream) return text;
  for (const reader = stream.getReader(); !/^data: .*\\n\\n/m.test(text); ) {
    const { value, done } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  return /^data: (.*)$/m.exec(text)?.[1] ?? '';
}

export async function watchAll(baseUrl: string) {
  const client = createClient<paths>({ baseUrl });
  const abort = new AbortController();
  const path = { exchange: 'sim', symbol: 'BTC/USDT' };
  const how = { parseAs: 'stream', signal: abort.signal } as const;
  const params = { path };
  const streams = await Promise.all([
    client.GET('/api/stream/ticker/{exchange}/{symbol}', { params, ...how }),
    client.GET('/api/stream/tickers/{exchange}', { params: { path, query: { symbols: ['BTC/USDT', 'ETH/USDT'] } }, ...how }),
    client.GET('/api/stream/candles/{exchange}/{symbol}', { params: { path, query: { timeframe: '1h' } }, ...how }),
    client.GET('/api/stream/order-book/{exchange}/{symbol}', { params: { path, query: { limit: 5 } }, ...how }),
    client.GET('/api/stream/trades/{exchange}/{symbol}', { params, ...how }),
  ]);
  const events = await Promise.all(streams.map(({ data }) => first(data)));
  abort.abort();
  const refused = await client.GET('/api/stream/ticker/{exchange}/{symbol}', {
    params: { path: { exchange: 'sim', symbol: 'NO/NE' } },
    parseAs: 'stream',
  });
  return { events, refused: refused.error?.code };
}
`;

interface Program {
  callAll(baseUrl: string): Promise<Readonly<Record<string, unknown>>>;
  watchAll(baseUrl: string): Promise<{ readonly events: readonly string[]; readonly refused: unknown }>;
}

describe('a generated client', () => {
  let server: AppServer;
  let folder: string;
  let complaints: string;
  let client: Program;

  beforeAll(async () => {
    server = await startServer({ config: { exchanges: ['sim'] } });
    folder = mkdtempSync(join(tmpdir(), 'tickql-openapi-'));
    symlinkSync(fileURLToPath(new URL('../node_modules', import.meta.url)), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const types = await openapiTS(new URL(`${server.origin}/api/openapi.json`));
    writeFileSync(join(folder, 'types.ts'), astToString(types));
    writeFileSync(join(folder, 'program.ts'), program);
    complaints = await checkTypes(folder, ['program.ts'], folder);
    client = await import(/* @vite-ignore */ pathToFileURL(join(folder, 'program.js')).href);
  });

  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await server.stop();
  });

  test('has types that fit what a user writes', () => {
    expect(complaints).toBe('');
  });

  test('gets values, files and problems, and posts to /api/historical', async () => {
    const rows = [expect.any(Array), expect.any(Array), expect.any(Array)];
    const lines = expect.stringMatching(
      /^timestamp,datetime,open,high,low,close,volume\r\n(?:\d+,2026-01-31T12:.*\r\n){3}$/,
    );
    const called = await client.callAll(server.origin);
    expect(called).toMatchObject({
      last: expect.any(Number),
      candles: rows,
      file: lines,
      historical: rows,
      close: expect.any(Number),
      fromEpoch: rows,
      oldFile: lines,
      refused: 404,
      code: 'EXCHANGE_NOT_FOUND',
      tickers: { tickers: [{ symbol: 'BTC/USDT' }, null], errors: [{ code: 'SYMBOL_NOT_FOUND' }] },
    });
    const { candles, historical, fromEpoch } = called;
    expect([historical, fromEpoch]).toEqual([candles, candles]);
  });

  test('watches each stream', async () => {
    const { events, refused } = await client.watchAll(server.origin);
    expect(events.map((json) => JSON.parse(json))).toEqual([
      expect.objectContaining({ symbol: 'BTC/USDT', stale: false }),
      expect.objectContaining({ stale: false }),
      expect.objectContaining({ closed: expect.any(Boolean) }),
      expect.objectContaining({ bids: expect.any(Array) }),
      expect.arrayContaining([expect.objectContaining({ price: expect.any(Number) })]),
    ]);
    expect(refused).toBe('SYMBOL_NOT_FOUND');
  });
});
