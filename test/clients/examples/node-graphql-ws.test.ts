import { expect, test } from 'vitest';
import { findFreePort } from '../../support/programs/loopback-program.ts';
import { startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';
import { runExample } from './example-process.ts';

const file = 'node-graphql-ws/watch.js';

test('it prints each ticker, and continues after the server was killed and started again', async () => {
  const built = { env: { PORT: `${await findFreePort()}`, EXCHANGES: 'sim' } };
  await using first = await startServer({ built });
  await using example = runExample([process.execPath, file], `127.0.0.1:${first.port}`);
  await eventually(() => example.lines.length > 5);
  first.child.kill('SIGKILL');
  await first.ended;
  await eventually(() => example.errors.includes('disconnected'));
  const { length } = example.lines;
  await using _second = await startServer({ built });
  await eventually(() => example.lines.length > length + 3);
  const tickers = example.lines.map((line) => JSON.parse(line));
  expect(new Set(tickers.map(({ symbol }) => symbol))).toEqual(new Set(['BTC/USDT', 'ETH/USDT']));
  for (const { last, stale, datetime } of tickers) {
    expect([last, stale]).toEqual([expect.any(Number), false]);
    expect(new Date(datetime).getTime()).toBeGreaterThan(0);
  }
  expect(example.child.exitCode).toBe(null);
});

test('a market that does not exist is an error, and ends it', async () => {
  await using server = await startServer({ built: { env: { EXCHANGES: 'sim' } } });
  await using example = runExample([process.execPath, file, 'sim', 'NO/SUCH'], `127.0.0.1:${server.port}`);
  expect(await example.ended).toBe(1);
  expect(example.errors).toContain('sim has no market "NO/SUCH"');
  expect(example.lines).toEqual([]);
});
