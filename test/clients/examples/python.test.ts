import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import { findFreePort } from '../../support/programs/loopback-program.ts';
import { startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';
import { runExample } from './example-process.ts';

const python = '/usr/bin/python3';
const file = 'python/prices.py';

describe.runIf(existsSync(python) || process.env.CI)('Python', () => {
  test('it queries, reads CSV, and follows prices through a restart of the server', async () => {
    const built = { env: { PORT: `${await findFreePort()}`, EXCHANGES: 'sim' } };
    await using first = await startServer({ built });
    await using example = runExample([python, file, 'sim', 'BTC/USDT', 'NO/SUCH'], `127.0.0.1:${first.port}`);
    await eventually(() => example.lines.length > 9);
    const [btc, missing, error, ...others] = example.lines;
    expect(btc).toMatch(/^\{'symbol': 'BTC\/USDT', 'last': \d+(\.\d+)?\}$/);
    expect(missing).toBe('None');
    expect(error).toContain('sim has no market "NO/SUCH"');
    const candles = others.slice(0, 3).map((line) => /^(\S+Z) \d+(\.\d+)?$/.exec(line)?.[1] ?? '');
    expect(candles.map((time) => Date.parse(time) / 3_600_000)).toEqual(candles.map(() => expect.any(Number)));
    const [oldest = '', , newest = ''] = candles;
    expect(Date.parse(newest) - Date.parse(oldest)).toBe(2 * 3_600_000);
    first.child.kill('SIGKILL');
    await first.ended;
    await eventually(() => example.errors.includes('refused'));
    // As a proxy does meanwhile.
    const proxy = createServer((_request, response) => response.writeHead(502).end()).listen(first.port, '127.0.0.1');
    await eventually(() => example.errors.includes('502'));
    proxy.closeAllConnections();
    await once(proxy.close(), 'close');
    const { length } = example.lines;
    await using _second = await startServer({ built });
    await eventually(() => example.lines.length > length + 3);
    for (const line of example.lines.slice(6)) {
      expect(line).toMatch(/^\{'symbol': 'BTC\/USDT', 'last': \d+(\.\d+)?, 'stale': False\}$/);
    }
    expect(example.errors).not.toContain('Traceback');
    expect(example.child.exitCode).toBe(null);
  });

  test('an exchange that does not exist is an error, and ends it', async () => {
    await using server = await startServer({ built: { env: { EXCHANGES: 'sim' } } });
    await using example = runExample([python, file, 'nowhere', 'BTC/USDT'], `127.0.0.1:${server.port}`);
    expect(await example.ended).toBe(1);
    expect(example.errors).toContain('There is no exchange \\"nowhere\\"');
    expect(example.errors).not.toContain('Traceback');
  });

  test('a server that does not run is one line, and ends it', async () => {
    await using example = runExample([python, file], `127.0.0.1:${await findFreePort()}`);
    expect(await example.ended).toBe(1);
    expect(example.errors).toMatch(/^.*refused.*\n$/);
  });

  test('it ends when nothing reads its prices any longer', async () => {
    await using server = await startServer({ built: { env: { EXCHANGES: 'sim' } } });
    await using example = runExample([python, file, 'sim'], `127.0.0.1:${server.port}`);
    await eventually(() => example.lines.length > 6);
    example.child.stdout?.destroy();
    expect(await example.ended).not.toBe(0);
    expect(example.errors).not.toContain('Traceback');
  });
});
