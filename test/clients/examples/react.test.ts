import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findFreePort } from '../../support/programs/loopback-program.ts';
import { type BuiltServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import type { Venue } from '../../venues/venue.ts';
import { hasBrowser, launchBrowser, openPage, type WatchedPage } from './browser.ts';
import { type ExampleSite, startExampleSite, writtenHost } from './example-site.ts';

// Both examples show the same table. They go through each story at the same time, because most of it is waiting.
const examples = ['apollo-react', 'urql-react'] as const;

/** A row of the table. */
interface Row {
  readonly last: string;
  readonly stale: boolean;
}

async function readRows(page: Page): Promise<Readonly<Record<string, Row>>> {
  const texts = await page
    .locator('tr')
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => `${cell.textContent}`)));
  return Object.fromEntries(
    texts.map(([symbol = '', last = '', stale]) => [symbol, { last, stale: stale === 'stale' }]),
  );
}

describe.runIf(hasBrowser)('tables of tickers with Apollo Client and urql', () => {
  let browser: Browser;
  let kraken: Venue;
  let port: number;
  let running: BuiltServer;
  let sites: readonly ExampleSite[];
  let opened: readonly WatchedPage[];

  const start = (): Promise<BuiltServer> =>
    startServer({
      built: {
        env: { PORT: `${port}`, EXCHANGES: 'sim,kraken', POLL_INTERVAL_MS: '100', UPSTREAM_TIMEOUT_MS: '3000' },
        exchangeFile: { kraken: { ...kraken.exchangeConfig, rateLimit: 1 } },
      },
    });

  beforeAll(async () => {
    port = await findFreePort();
    sites = await Promise.all(
      examples.map((example) => startExampleSite(example, { [writtenHost]: `127.0.0.1:${port}` })),
    );
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
    for (const site of sites) site.close();
  });

  beforeEach(async () => {
    kraken = await createKraken();
    kraken.refuseStreams();
    running = await start();
  });

  afterEach(async () => {
    await Promise.all(opened.map(({ page }) => page.close()));
    await running.stop();
    await kraken.close();
  });

  async function open(parameters = ''): Promise<void> {
    opened = await Promise.all(sites.map(({ url }) => openPage(browser, `${url}${parameters}`)));
  }

  /** Waits until a row is like this on all pages. */
  async function shows(symbol: string, isSo: (row: Row, page: Page) => boolean, timeoutMs = 20_000): Promise<void> {
    for (const { page } of opened) {
      await eventually(async () => {
        const { [symbol]: row } = await readRows(page);
        return row !== undefined && isSo(row, page);
      }, timeoutMs);
    }
  }

  test('prices appear and move, and a symbol that fails has its sentence', async () => {
    await open('?symbols=BTC/USDT,NO/SUCH,ETH/USDT');
    await shows('ETH/USDT', ({ stale }) => !stale);
    const first = new Map<Page, string>();
    await shows('BTC/USDT', ({ last }, page) => Boolean(first.set(page, last)));
    await shows('BTC/USDT', ({ last }, page) => last !== first.get(page));
    for (const { page, complaints, origins } of opened) {
      expect(await page.locator('caption').textContent()).toContain('sim has no market "NO/SUCH"');
      const current = { last: expect.stringMatching(/^\d/), stale: false };
      const missing = { last: '', stale: true };
      expect(await readRows(page)).toEqual({ 'BTC/USDT': current, 'NO/SUCH': missing, 'ETH/USDT': current });
      expect(complaints).toEqual([]);
      expect([...origins]).toEqual([running.origin]);
    }
  });

  test('prices are stale while the server is away, and move again when it is back', async () => {
    await open();
    await shows('BTC/USDT', ({ stale }) => !stale);
    running.child.kill('SIGKILL');
    await running.ended;
    const last = new Map<Page, string>();
    await shows('BTC/USDT', (row, page) => row.stale && Boolean(last.set(page, row.last)));
    expect([...last.values()].every((price) => /^\d/.test(price))).toBe(true);
    running = await start();
    await shows('BTC/USDT', (row, page) => !row.stale && row.last !== last.get(page));
  });

  test('an exchange that fails looks stale, and its prices move again when it is back', async () => {
    kraken.setTicker('BTC/USD', { last: '100' });
    await open('?exchange=kraken&symbols=BTC/USD');
    await shows('BTC/USD', ({ last, stale }) => last === '100' && !stale);
    kraken.fault({ kind: 'status', status: 503 });
    await shows('BTC/USD', ({ last, stale }) => last === '100' && stale);
    kraken.setTicker('BTC/USD', { last: '200' });
    kraken.heal();
    await shows('BTC/USD', ({ last, stale }) => last === '200' && !stale);
  });

  test('a page that is opened while an exchange fails says so, and has prices when it is back', async () => {
    kraken.setTicker('ETH/USD', { last: '300' });
    kraken.fault({ kind: 'status', status: 503 });
    await open('?exchange=kraken&symbols=ETH/USD');
    for (const { page } of opened)
      await page
        .locator('caption')
        .getByText(/kraken/)
        .waitFor();
    kraken.heal();
    await shows('ETH/USD', ({ last, stale }) => last === '300' && !stale);
    for (const { page } of opened) await eventually(async () => (await page.locator('caption').textContent()) === '');
  });
});
