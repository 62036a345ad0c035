import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startServer } from '../../support/server.ts';
import { runExample } from './example-process.ts';

test.runIf(existsSync('/usr/bin/curl') || process.env.CI)(
  'every command of the script prints what it should',
  async () => {
    await using server = await startServer({ built: { env: { EXCHANGES: 'sim' } } });
    await using example = runExample(['/bin/sh', 'curl.sh'], `127.0.0.1:${server.port}`);
    expect([await example.ended, example.errors]).toEqual([0, '']);
    const [tickers = '', ticker = '', header, , , historical = '', ...streams] = example.lines;
    const current = { last: expect.any(Number), stale: false };
    expect(JSON.parse(tickers).data.tickers).toEqual([
      { symbol: 'BTC/USDT', ...current },
      { symbol: 'ETH/USDT', ...current },
    ]);
    expect(JSON.parse(ticker)).toMatchObject({ symbol: 'BTC/USDT', ...current });
    expect(header?.trim()).toBe('timestamp,datetime,open,high,low,close,volume');
    const file = readFileSync(join(example.folder, 'candles.csv'), 'utf8');
    expect(file.trimEnd().split('\r\n')).toHaveLength(25);
    const day = 86_400_000;
    const january = Date.parse('2026-01-01T00:00:00Z');
    expect(JSON.parse(historical).map(([timestamp]: readonly number[]) => timestamp)).toEqual(
      [0, 1, 2].map((index) => january + index * day),
    );
    const events = streams.flatMap((line) => (line.startsWith('data: {') ? [JSON.parse(line.slice(6))] : []));
    const values = events.filter(({ data }) => data === undefined);
    const results = events.filter(({ data }) => data !== undefined);
    expect(values.length).toBeGreaterThan(1);
    expect(results.length).toBeGreaterThan(1);
    for (const value of values) expect(value).toMatchObject({ symbol: 'BTC/USDT', ...current });
    for (const { data } of results) expect(data).toEqual({ tickerUpdated: current });
  },
);
