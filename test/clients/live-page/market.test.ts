import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import type { Venue } from '../../venues/venue.ts';
import { hasBrowser, launchBrowser } from '../examples/browser.ts';
import { type LivePage, openLivePage, phone } from './live-page.ts';

describe.runIf(hasBrowser)('the page of a market', () => {
  let browser: Browser;
  let kraken: Venue;
  let running: AppServer;
  let live: LivePage;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
  });

  beforeEach(async () => {
    kraken = await createKraken();
    kraken.refuseStreams();
    running = await startServer({
      config: { exchanges: ['sim', 'kraken'], pollIntervalMs: 100, staleMaxMs: 60_000 },
      venues: { kraken },
    });
  });

  afterEach(async () => {
    await live.close();
    await running.stop();
    await kraken.close();
  });

  const open = async (view: string, options = {}): Promise<void> => {
    live = await openLivePage(browser, running.origin, view, options);
    page = live.page;
  };

  const textOf = async (selector: string): Promise<string> => (await page.locator(selector).first().innerText()).trim();

  /** Waits until the text is there, and then until it is another one. */
  const waitForChange = async (selector: string): Promise<void> => {
    await eventually(async () => !['', '–'].includes(await textOf(selector)));
    const first = await textOf(selector);
    await eventually(async () => (await textOf(selector)) !== first);
  };

  test.each([
    ['a wide screen', {}],
    ['a phone', { viewport: phone }],
  ])('on %s, price, book and trades move, and nothing else does', async (_, options) => {
    await open('#/market/sim/BTC/USDT', options);
    await waitForChange('.last-price');
    await waitForChange('.book-bid th');
    await waitForChange('.trades-table tbody td:last-child');
    expect(await page.locator('.book-table tbody tr').count()).toBe(31);
    expect(await page.locator('.trades-table tbody tr').count()).toBe(50);
    expect(await textOf('.market-header .exchange-name')).toContain('made up');
    await eventually(async () => /^[\d,.]+ BTC\/USDT – .+ \(made up\)$/.test(await page.title()));
    expect(await live.readShift()).toBeLessThan(0.05);
    expect([...live.origins]).toEqual([]);
    expect(live.complaints).toEqual([]);
  });

  test('a swap has a panel for its funding, and a spot market has none', async () => {
    await open('#/market/sim/BTC/USDT:USDT');
    const panel = page.getByRole('region', { name: 'Contract' });
    await panel.getByText(/^\+?-?0\.\d{4}%$/).waitFor();
    await panel.getByText(/^\d+:\d\d:\d\d$/).waitFor();
    await panel.getByText('1 BTC', { exact: true }).waitFor();
    await page.evaluate("location.hash = '#/market/sim/ETH/USDT'");
    await page.getByRole('heading', { name: 'ETH/USDT', exact: true }).waitFor();
    await page.locator('.market-kind', { hasText: 'Spot' }).waitFor();
    expect(await panel.count()).toBe(0);
  });

  test('other exchanges have a row each, whose name opens the market there', async () => {
    await open('#/market/sim/BTC/USDT');
    const row = page.getByRole('row', { name: /^Kraken/ });
    await eventually(async () => (await row.innerText()).includes('65,'));
    // The stand-in sells for 65,000 what sim buys for half as much again.
    expect(await textOf('.quote-body .figures')).toContain('crossed');
    await row.getByRole('link', { name: 'Kraken' }).click();
    await page.locator('.market-header', { hasText: 'Kraken' }).waitFor();
    await eventually(async () => /^65,\d+\.\d BTC\/USDT – Kraken$/.test(await page.title()));
    expect(live.complaints).toEqual([]);
  });

  test('an exchange that is not chosen any more is not asked, also after a reload', async () => {
    await open('#/market/sim/BTC/USDT');
    const row = page.getByRole('row', { name: /^Kraken/ });
    await row.waitFor();
    await page.getByRole('button', { name: 'Choose exchanges' }).click();
    await page.getByLabel('Filter exchanges').fill('krak');
    await page.getByRole('checkbox', { name: 'Kraken' }).uncheck();
    await page.keyboard.press('Escape');
    await row.waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('row', { name: /^Simulated exchange/ }).waitFor();
    kraken.reset();
    await waitForChange('.last-price');
    expect(await row.count()).toBe(0);
    expect(kraken.requests).toEqual([]);
  });

  test('a market that does not exist has the server’s sentence and its suggestions', async () => {
    await open('#/market/sim/BTC/USDX');
    await page.getByRole('alert').filter({ hasText: 'sim has no market "BTC/USDX"; did you mean BTC/USD' }).waitFor();
    expect(await page.locator('.market-page').count()).toBe(0);
    await page.getByRole('link', { name: /^BTC\/USDT at/ }).click();
    await waitForChange('.last-price');
  });

  test('an unknown exchange has the server’s sentence', async () => {
    await open('#/market/krakenn/BTC/USDT');
    await page.getByRole('alert').filter({ hasText: 'There is no exchange "krakenn"' }).waitFor();
  });

  test('while its exchange cannot be reached, one sentence says so, and it comes back by itself', async () => {
    kraken.fault({ kind: 'status', status: 503 });
    await open('#/market/kraken/BTC/USD');
    await page
      .locator('.market-header .retry')
      .filter({ hasText: /^Trying again/ })
      .waitFor();
    await eventually(async () => (await page.getByText('No data.').count()) === 3);
    const alerts = await page.getByRole('alert').allTextContents();
    expect(alerts).toEqual([expect.stringContaining('kraken')]);
    expect(alerts.join()).not.toContain('tries again in');
    kraken.heal();
    await page.locator('.market-header[data-stale="false"] .freshness').waitFor({ timeout: 45_000 });
    await page.locator('.book-table').waitFor();
  });

  test('a market that is not traded says so', async () => {
    await open('#/market/kraken/MATIC/USD');
    await page.getByText('This market cannot be traded at present.').waitFor();
  });

  test('while the exchange fails, its values are stale; afterwards trades continue', async () => {
    await open('#/market/kraken/BTC/USD');
    await eventually(async () => (await textOf('.last-price')).includes('65,'));
    await page.locator('.book-table[data-stale="false"]').waitFor();
    kraken.fault({ kind: 'status', status: 503 });
    await page.locator('.market-header[data-stale="true"]').waitFor();
    await page.locator('.book-table[data-stale="true"]').waitFor();
    await page.locator('.market-last .freshness', { hasText: 'stale' }).waitFor();
    await eventually(async () => (await page.title()).includes('(stale)'));
    kraken.heal();
    await page.locator('.market-header[data-stale="false"]').waitFor();
    await page.locator('.book-table[data-stale="false"]').waitFor();
    kraken.trade('BTC/USD', { price: '64999.9', amount: '1.5', side: 'sell' });
    await page.getByRole('row', { name: /Sell 64,999\.9 1\.50000000/ }).waitFor({ timeout: 45_000 });
  });

  test('a market can be put on the watch list and taken off', async () => {
    await open('#/market/sim/BTC/USDT');
    const button = page.getByRole('button', { name: 'Watch BTC/USDT' });
    await button.click();
    await eventually(async () => (await button.getAttribute('aria-pressed')) === 'true');
    await button.press('Enter');
    await eventually(async () => (await button.getAttribute('aria-pressed')) === 'false');
  });
});
