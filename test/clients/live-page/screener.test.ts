import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BuiltServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import type { Venue } from '../../venues/venue.ts';
import { hasBrowser, launchBrowser } from '../examples/browser.ts';
import { type LivePage, openLivePage } from './live-page.ts';

describe.runIf(hasBrowser)('the screener of the live page', () => {
  let browser: Browser;
  let kraken: Venue;
  let binance: Venue;
  let running: BuiltServer;
  let opened: LivePage;
  let page: Page;

  beforeAll(async () => {
    [kraken, binance] = await Promise.all([createKraken(), createBinance()]);
    running = await startServer({
      built: {
        env: { EXCHANGES: 'sim,kraken,binance' },
        exchangeFile: {
          kraken: { ...kraken.exchangeConfig, rateLimit: 1 },
          binance: { ...binance.exchangeConfig, rateLimit: 1 },
        },
      },
    });
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await running.stop();
    await Promise.all([kraken.close(), binance.close()]);
  });

  beforeEach(() => {
    kraken.heal();
    binance.heal();
  });

  afterEach(async () => {
    const { complaints, origins } = opened;
    await opened.close();
    expect([complaints, [...origins]]).toEqual([[], []]);
  });

  async function open(view: string): Promise<void> {
    opened = await openLivePage(browser, running.origin, view);
    ({ page } = opened);
  }

  /** Waits until the address is this one. */
  const hasAddress = (hash: string): Promise<void> => eventually(async () => new URL(page.url()).hash === hash);

  /** The texts of a column, from the second on: the first is the rank. */
  async function readColumn(index: number): Promise<readonly string[]> {
    return page.locator(`tbody tr > :nth-child(${index})`).allTextContents();
  }

  /** Waits until there are rows, and their column is like this. */
  function showsColumn(index: number, isSo: (texts: readonly string[]) => boolean): Promise<void> {
    return eventually(async () => {
      const texts = await readColumn(index);
      return texts.length > 1 && isSo(texts);
    });
  }

  const market = 2;
  const last = 3;
  const percentage = 4;
  const isSorted = (texts: readonly string[], sign: 1 | -1): boolean => {
    const numbers = texts.map((text) => Number(text.replace(/[%+,]/g, '')));
    return numbers.every((number, index) => index === 0 || sign * (number - (numbers[index - 1] ?? 0)) >= 0);
  };

  test('without an exchange it shows the simulated one, in its most common currency, and says that it is made up', async () => {
    await open('#/screen/');
    await hasAddress('#/screen/sim?quote=USDT');
    await showsColumn(market, (symbols) => symbols.every((symbol) => symbol.includes('/USDT')));
    expect(await page.locator('h1').textContent()).toContain('made up');
    expect(await page.getByRole('status').allTextContents()).toContain(`${(await readColumn(market)).length} markets.`);
    expect(await opened.readShift()).toBeLessThan(0.05);
  });

  test('prices move, and a market can be opened', async () => {
    await open('#/screen/kraken?quote=USD');
    await showsColumn(market, (symbols) => symbols.includes('BTC/USD'));
    kraken.setTicker('BTC/USD', { last: '71234.5' });
    await showsColumn(last, (prices) => prices.includes('71,234.5'));
    await page.getByRole('link', { name: 'BTC/USD', exact: true }).click();
    await hasAddress('#/market/kraken/BTC/USD');
  });

  test('the server ranks, a header sorts, and the address restores both', async () => {
    await open('#/screen/sim?quote=USDT');
    await page.getByRole('button', { name: 'Losers' }).click();
    await hasAddress('#/screen/sim?quote=USDT&rank=PERCENTAGE&order=asc');
    await showsColumn(percentage, (texts) => isSorted(texts, 1));
    await page.getByRole('button', { name: 'Last', exact: true }).click();
    await hasAddress('#/screen/sim?quote=USDT&rank=PERCENTAGE&order=asc&sort=-last');
    await showsColumn(last, (texts) => isSorted(texts, -1));
    await page.reload();
    await showsColumn(last, (texts) => isSorted(texts, -1));
    expect(await page.getByRole('button', { name: 'Losers' }).getAttribute('aria-pressed')).toBe('true');
    expect(await page.locator('th[aria-sort]').textContent()).toContain('Last');
  });

  test('filters go to the server and to the address', async () => {
    await open('#/screen/sim?quote=USDT');
    await showsColumn(market, (symbols) => symbols.length > 5);
    await page.getByLabel('Type').selectOption('SWAP');
    await showsColumn(market, (symbols) => symbols.every((symbol) => symbol.includes(':USDT')));
    await page.getByLabel('Type').selectOption('');
    await page.getByLabel('Quote currency').selectOption('');
    await showsColumn(market, (symbols) => symbols.some((symbol) => symbol.endsWith('/EUR')));
    expect(await page.getByText('Nothing is converted').count()).toBe(1);
    await page.getByLabel('Minimum volume').selectOption('1000000000');
    await hasAddress('#/screen/sim?quote=&min=1000000000');
    await showsColumn(market, (symbols) => symbols.length < 5);
  });

  test('another exchange begins with its own currency, keeps the focus, and is the one to begin with next time', async () => {
    await open('#/screen/sim?quote=USDT&rank=PERCENTAGE');
    const select = page.getByLabel('Exchange');
    await select.focus();
    await select.selectOption('kraken');
    await hasAddress('#/screen/kraken?quote=USD&rank=PERCENTAGE');
    await showsColumn(market, (symbols) => symbols.every((symbol) => symbol.endsWith('/USD')));
    expect(await select.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
    await page.getByRole('link', { name: 'Watch list' }).click();
    await page.getByRole('link', { name: 'Screener' }).click();
    await hasAddress('#/screen/kraken?quote=USD');
  });

  test('a star puts a market on the watch list, and takes it off', async () => {
    await open('#/screen/sim?quote=USDT');
    const star = page.getByRole('button', { name: 'Watch BTC/USDT', exact: true });
    const isPressed = (): Promise<string | null> => star.getAttribute('aria-pressed');
    await star.click();
    expect(await isPressed()).toBe('true');
    await page.reload();
    await eventually(async () => (await isPressed()) === 'true');
    await star.click();
    expect(await isPressed()).toBe('false');
  });

  test('what could not be fetched is said next to what could', async () => {
    binance.fault({ kind: 'status', status: 451, match: /fapi.*ticker/ });
    await open('#/screen/binance?quote=USDT');
    await showsColumn(market, (symbols) => symbols.includes('BTC/USDT'));
    await page.getByRole('alert').filter({ hasText: 'Some markets are missing in the screen of binance' }).waitFor();
  });

  test('an exchange that fails leaves its last prices, which are called stale', async () => {
    await open('#/screen/kraken?quote=EUR');
    await showsColumn(market, (symbols) => symbols.includes('BTC/EUR'));
    kraken.fault({ kind: 'status', status: 451 });
    await showsColumn(10, (ages) => ages.every((age) => age.startsWith('stale')));
    expect(await readColumn(market)).toContain('BTC/EUR');
    kraken.heal();
    await showsColumn(10, (ages) => ages.every((age) => !age.startsWith('stale')));
  });

  test("an exchange that the server does not have shows the server's sentence", async () => {
    await open('#/screen/krakn');
    await page.getByRole('alert').filter({ hasText: 'kraken' }).waitFor();
    expect(await page.getByText('Loading').count()).toBe(0);
  });
});
