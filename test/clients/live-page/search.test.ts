import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BuiltServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import type { Venue } from '../../venues/venue.ts';
import { hasBrowser, launchBrowser } from '../examples/browser.ts';
import { type LivePage, openLivePage } from './live-page.ts';

/** More than a search asks, so that it asks only those at hand. */
const others = 'bitfinex,bitstamp,bybit,gate,gemini,kucoin,mexc,okx,poloniex';

describe.runIf(hasBrowser)('the search of the live page', () => {
  let browser: Browser;
  let kraken: Venue;
  let binance: Venue;
  let running: BuiltServer;
  let opened: LivePage;
  let page: Page;
  let field: Locator;

  beforeAll(async () => {
    [kraken, binance] = await Promise.all([createKraken(), createBinance()]);
    running = await startServer({
      built: {
        env: { EXCHANGES: `sim,kraken,binance,${others}` },
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

  beforeEach(async () => {
    opened = await openLivePage(browser, running.origin, '#/screen/sim?quote=EUR');
    ({ page } = opened);
    field = page.getByRole('combobox', { name: 'Market or exchange' });
    await page.getByRole('button', { name: 'Search' }).waitFor();
  });

  afterEach(async () => {
    const { complaints, origins } = opened;
    await opened.close();
    expect([complaints, [...origins]]).toEqual([[], []]);
  });

  const hasAddress = (hash: string): Promise<void> => eventually(async () => new URL(page.url()).hash === hash);

  /** Waits until the option with this text is the one that Enter chooses. */
  const isActive = (text: string): Promise<void> =>
    eventually(async () => (await page.locator('[aria-selected=true]').allTextContents()).join().startsWith(text));

  const isClosed = (): Promise<void> => eventually(async () => (await page.locator('dialog[open]').count()) === 0);

  const hasFocus = (element: Locator): Promise<boolean> =>
    element.evaluate((found) => found === found.ownerDocument.activeElement);

  test('/ opens it, arrows move, Enter opens the market', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('eth/eu');
    expect(await field.inputValue()).toBe('eth/eu');
    await isActive('ETH/EUR');
    await field.fill('btc');
    await isActive('BTC/EUR');
    await page.keyboard.press('ArrowDown');
    await isActive('BTC/USDT');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await isActive('BTC/USD');
    await page.keyboard.press('Enter');
    await hasAddress('#/market/sim/BTC/USD');
    await isClosed();
  });

  test('a word narrows it to a type of market', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('eth swap');
    await isActive('ETH/USDT:USDT');
    await page.getByText('1 market found.').waitFor();
  });

  test('Enter that comes before the results opens the best of them', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('eth usdt');
    await page.keyboard.press('Enter');
    await hasAddress('#/market/sim/ETH/USDT');
  });

  test('Escape closes it, and the focus returns to where it was', async () => {
    const link = page.getByRole('link', { name: 'Watch list' });
    await link.focus();
    await page.keyboard.press('/');
    expect(await hasFocus(field)).toBe(true);
    await page.keyboard.press('Escape');
    await isClosed();
    expect(await hasFocus(link)).toBe(true);
  });

  test('it asks the exchanges at hand only, and says which', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('btc');
    await isActive('BTC/EUR');
    await page.getByText('Searched: Simulated exchange. To search another exchange, type its name first').waitFor();
    expect(await page.getByRole('listbox').textContent()).toContain('made up');
    expect([kraken.count(), binance.count()]).toEqual([0, 0]);
  });

  test('a name narrows it to that exchange', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('kraken btc/usd');
    await isActive('BTC/USD');
    await page.getByText('Searched: Kraken.').waitFor();
    expect(binance.count()).toBe(0);
    await page.keyboard.press('Enter');
    await hasAddress('#/market/kraken/BTC/USD');
  });

  test('an exchange that is chosen opens its screener', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('krak');
    await isActive('Kraken');
    await page.keyboard.press('Enter');
    await hasAddress('#/screen/kraken?quote=USD');
  });

  test('Shift and Enter add a market to the watch list, and the search goes on', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('btc/usdt');
    await isActive('BTC/USDT');
    await page.keyboard.press('Shift+Enter');
    await page.getByText('BTC/USDT is on the watch list.').waitFor();
    expect(await hasFocus(field)).toBe(true);
    expect(await page.locator('[aria-selected=true]').textContent()).toContain('watched');
    expect(await page.evaluate("localStorage.getItem('tickql.lists')")).toContain('BTC/USDT');
  });

  test('an exchange that fails says so', async () => {
    binance.fault({ kind: 'status', status: 451 });
    await page.keyboard.press('/');
    await page.keyboard.type('binance sol');
    await page.getByRole('dialog').getByText('Binance: ').waitFor();
    expect(await page.getByText('markets found').count()).toBe(0);
    binance.heal();
  });
});
