import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import type { Venue } from '../../venues/venue.ts';
import { hasBrowser, launchBrowser } from '../examples/browser.ts';
import { type LivePage, openLivePage } from './live-page.ts';

const [btc, eth, sol] = ['BTC/USD', 'ETH/USD', 'SOL/USD'] as const;
const link = `#/markets?name=Three&list=${[btc, eth, sol].map((symbol) => `kraken:${symbol}`).join()}`;

describe.runIf(hasBrowser)('the watch list', () => {
  let browser: Browser;
  let kraken: Venue;
  let server: AppServer;
  let opened: LivePage[];

  beforeAll(async () => {
    browser = await launchBrowser();
  });

  afterAll(() => browser.close());

  beforeEach(async () => {
    opened = [];
    kraken = await createKraken();
    // Without streams, prices come when the stand-in is polled.
    kraken.refuseStreams();
    for (const [index, symbol] of [btc, eth, sol].entries()) kraken.setTicker(symbol, { last: `${100 + index}` });
    server = await startServer({ config: { pollIntervalMs: 100, staleMaxMs: 500 }, venues: { kraken } });
  });

  afterEach(async () => {
    await Promise.all(opened.map(({ close }) => close()));
    await server.stop();
    await kraken.close();
  });

  async function open(view = link, options?: BrowserContextOptions): Promise<LivePage> {
    const page = await openLivePage(browser, server.url.replace(/graphql$/, ''), view, options);
    opened.push(page);
    return page;
  }

  const row = (page: Page, market: string) => page.getByRole('row', { name: market });
  const cell = (page: Page, market: string, column: number) => row(page, market).getByRole('cell').nth(column);
  const markets = (page: Page) => page.locator('tbody th a').allTextContents();

  test('a first visit shows made-up prices that move, and nothing else moves', async () => {
    const { page, complaints, origins, readShift } = await open('');
    await expect.poll(() => cell(page, 'BTC/USDT', 0).textContent()).toMatch(/\d/);
    await expect.poll(() => row(page, 'BTC/USDT').textContent()).toContain('made up');
    const before = await cell(page, 'BTC/USDT', 0).textContent();
    await expect.poll(() => cell(page, 'BTC/USDT', 0).textContent()).not.toBe(before);
    await expect.poll(() => page.locator('td[data-flash]').count()).toBeGreaterThan(0);
    await expect.poll(() => page.url()).toContain('list=sim:BTC/USDT,sim:ETH/USDT');
    expect(await readShift()).toBeLessThan(0.05);
    expect([...complaints, ...origins]).toEqual([]);
  });

  test('sorts by a column with the keyboard, follows its values, and keeps the sorting in the address', async () => {
    const { page } = await open();
    await expect.poll(() => cell(page, sol, 0).textContent()).toContain('102');
    await page.getByRole('button', { name: 'Last' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => markets(page)).toEqual([sol, eth, btc]);
    expect(await page.getByRole('columnheader', { name: 'Last' }).getAttribute('aria-sort')).toBe('descending');
    kraken.setTicker(btc, { last: '500' });
    await expect.poll(() => markets(page)).toEqual([btc, sol, eth]);
    expect(page.url()).toContain('sort=-last');
    await page.reload();
    await expect.poll(() => markets(page)).toEqual([btc, sol, eth]);
    await page.getByRole('button', { name: 'Last' }).click();
    await expect.poll(() => markets(page)).toEqual([eth, sol, btc]);
    await page.getByRole('button', { name: 'Last' }).click();
    await expect.poll(() => markets(page)).toEqual([btc, eth, sol]);
  });

  test('a list that came with a link is kept, edited and found again', async () => {
    const { page } = await open();
    await page.getByRole('button', { name: 'Keep this list' }).click();
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('button', { name: 'Move up kraken:SOL/USD' }).click();
    await expect.poll(() => markets(page)).toEqual([btc, sol, eth]);
    // The focus stays on the market that has moved.
    await page.keyboard.press('Enter');
    await expect.poll(() => markets(page)).toEqual([sol, btc, eth]);
    await page.getByRole('button', { name: 'Remove kraken:BTC/USD' }).click();
    await expect.poll(() => markets(page)).toEqual([sol, eth]);
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.keyboard.type('Two');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('SELECT');
    await expect.poll(() => page.url()).toContain('name=Two&list=kraken:SOL/USD,kraken:ETH/USD');

    const address = new URL(page.url()).hash;
    await page.goto(new URL('/', page.url()).href);
    await expect.poll(() => markets(page)).toEqual([sol, eth]);
    expect(await page.getByRole('combobox', { name: 'List' }).inputValue()).toContain('Two');

    const other = await open(address);
    await expect.poll(() => markets(other.page)).toEqual([sol, eth]);
    await expect.poll(() => other.page.getByRole('button', { name: 'Keep this list' }).count()).toBe(1);
  });

  test('lists are created, chosen and deleted', async () => {
    const { page } = await open();
    const list = page.getByRole('combobox', { name: 'List' });
    await page.getByRole('button', { name: 'Keep this list' }).click();
    await page.getByRole('button', { name: 'New list' }).click();
    await page.keyboard.type('Empty');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('main').innerText()).toContain('This list is empty.');
    await list.selectOption('Three');
    await expect.poll(() => markets(page)).toEqual([btc, eth, sol]);
    await page.goBack();
    await expect.poll(() => page.locator('main').innerText()).toContain('This list is empty.');
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => markets(page)).toEqual([btc, eth, sol]);
    expect(await list.locator('option').allTextContents()).toEqual(['Three']);
  });

  test('an exchange that fails is shown as stale, and as fresh when it is back', async () => {
    const { page } = await open();
    await expect.poll(() => cell(page, btc, 0).textContent()).toContain('100');
    kraken.fault({ kind: 'status', status: 503 });
    await expect.poll(() => cell(page, btc, 2).textContent()).toContain('stale');
    expect(await cell(page, btc, 0).textContent()).toContain('100');
    kraken.setTicker(btc, { last: '300' });
    kraken.heal();
    await expect.poll(() => cell(page, btc, 0).textContent()).toContain('300');
    await expect.poll(() => cell(page, btc, 2).textContent()).not.toContain('stale');
  });

  test('everything is stale while the server cannot be reached', async () => {
    const { page } = await open();
    await expect.poll(() => cell(page, btc, 0).textContent()).toContain('100');
    await server.stop();
    await expect.poll(() => cell(page, btc, 2).textContent()).toContain('stale');
    expect(await cell(page, sol, 0).textContent()).toContain('102');
  });

  test('a market that does not exist has the reason in its row, and one whose exchange hangs waits', async () => {
    kraken.fault({ kind: 'hang' });
    const { page } = await open('#/markets?list=sim:BTC/USDT,sim:NO/PE,nowhere:BTC/USD,kraken:BTC/USD');
    await expect.poll(() => row(page, 'NO/PE').textContent()).toContain('unknown sim has no market "NO/PE"');
    await expect.poll(() => row(page, 'nowhere').textContent()).toContain('unknown There is no exchange "nowhere"');
    await expect.poll(() => page.locator('tbody tr').first().textContent()).toMatch(/\d/);
    expect(await page.locator('tbody tr').nth(3).textContent()).toContain('waiting');
  });

  test.each([
    ['no-preference', true],
    ['reduce', false],
  ] as const)('with the preference %s for motion, a price that changes lights up: %s', async (reducedMotion, isLit) => {
    const { page } = await open(link, { reducedMotion });
    await expect.poll(() => cell(page, btc, 0).textContent()).toContain('100');
    // What the cell looked like whenever it was marked.
    await page.evaluate(`
      globalThis.colours = [];
      const cell = document.querySelector('td.last');
      new MutationObserver(() => {
        if (cell.dataset.flash) colours.push(getComputedStyle(cell).backgroundColor);
      }).observe(cell, { attributes: true });
    `);
    kraken.setTicker(btc, { last: '200' });
    await expect.poll(() => page.evaluate('colours.length')).toBeGreaterThan(0);
    expect(await page.evaluate('colours[0] !== "rgba(0, 0, 0, 0)"')).toBe(isLit);
    await expect.poll(() => cell(page, btc, 0).textContent()).toContain('▲');
  });
});
