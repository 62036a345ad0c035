import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findFreePort } from '../../support/programs/loopback-program.ts';
import { type BuiltServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import type { Venue } from '../../venues/venue.ts';
import { hasBrowser, launchBrowser, openPage, type WatchedPage } from './browser.ts';
import { copyExample } from './example-process.ts';

describe.runIf(hasBrowser)('EventSource in a page from the file system', () => {
  let browser: Browser;
  let kraken: Venue;
  let port: number;
  let running: BuiltServer;
  let folder: string;

  const start = (): Promise<BuiltServer> =>
    startServer({
      built: {
        env: { PORT: `${port}`, EXCHANGES: 'sim,kraken', POLL_INTERVAL_MS: '100' },
        exchangeFile: { kraken: { ...kraken.exchangeConfig, rateLimit: 1 } },
      },
    });

  beforeAll(async () => {
    port = await findFreePort();
    kraken = await createKraken();
    kraken.refuseStreams();
    folder = copyExample('event-source.html', `127.0.0.1:${port}`);
    [browser, running] = await Promise.all([launchBrowser(), start()]);
  });

  afterAll(async () => {
    await browser.close();
    await running.stop();
    await kraken.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (parameters = ''): Promise<WatchedPage> =>
    openPage(browser, `${pathToFileURL(join(folder, 'event-source.html'))}${parameters}`);
  const read = ({ page }: WatchedPage): Promise<string> => page.locator('output').innerText();

  test('the price appears and moves, and again after the server was killed and started again', async () => {
    const opened = await open();
    await eventually(async () => /^BTC\/USDT \d+(\.\d+)?$/.test(await read(opened)));
    const before = await read(opened);
    await eventually(async () => (await read(opened)) !== before);
    expect(opened.complaints).toEqual([]);
    expect([...opened.origins]).toEqual([running.origin]);
    running.child.kill('SIGKILL');
    await running.ended;
    await eventually(async () => (await read(opened)) === 'connecting');
    running = await start();
    await eventually(async () => /^BTC\/USDT \d/.test(await read(opened)));
    await opened.page.close();
  });

  test('a market that does not exist is refused', async () => {
    const opened = await open('?symbol=NO/SUCH');
    await eventually(async () => (await read(opened)) === 'The server refused the stream.');
    await opened.page.close();
  });

  test('an exchange that fails looks stale, and continues when it is back', async () => {
    kraken.setTicker('BTC/USD', { last: '100' });
    const opened = await open('?exchange=kraken&symbol=BTC/USD');
    await eventually(async () => (await read(opened)) === 'BTC/USD 100');
    kraken.fault({ kind: 'status', status: 503 });
    await eventually(async () => (await read(opened)) === 'BTC/USD 100 (stale)');
    kraken.setTicker('BTC/USD', { last: '200' });
    kraken.heal();
    await eventually(async () => (await read(opened)) === 'BTC/USD 200');
    await opened.page.close();
  });
});
