import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltServer, startServer } from '../../support/server.ts';
import { hasBrowser, launchBrowser } from '../examples/browser.ts';
import { type LivePage, openLivePage } from './live-page.ts';

const market = '#/market/sim/BTC/USDT?timeframe=1h';

describe.runIf(hasBrowser)('the address', () => {
  let browser: Browser;
  let server: BuiltServer;
  let opened: LivePage;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startServer({ built: { env: { EXCHANGES: 'sim' } } })]);
  });

  afterEach(() => opened.close());

  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  const main = (title: string | RegExp) => opened.page.getByRole('main', { name: title, exact: true });

  test.each([
    ['', 'Watch list'],
    ['#/markets?name=Majors&list=sim:BTC/USDT,sim:ETH/USDT', 'Majors'],
    ['#/screen/sim?rank=PERCENTAGE&order=asc', 'Screener of sim'],
    [market, 'BTC/USDT on sim'],
  ])('%s is "%s", also after a reload', async (view, title) => {
    opened = await openLivePage(browser, server.origin, view);
    await main(title).waitFor();
    expect(await opened.page.title()).toBe(`${title} – TickQL`);
    await opened.page.reload();
    await main(title).waitFor();
  });

  test('back and forward go from view to view, and each that opens gets the focus', async () => {
    opened = await openLivePage(browser, server.origin, market);
    const { page } = opened;
    await main('BTC/USDT on sim').waitFor();
    await page.getByRole('navigation').getByRole('link', { name: 'Screener' }).click();
    await main(/^Screener/).waitFor();
    expect(await main(/^Screener/).evaluate((element) => element === document.activeElement)).toBe(true);
    await page.getByRole('navigation').getByRole('link', { name: 'Watch list' }).click();
    await main(/^Watch list/).waitFor();
    await page.goBack();
    await main(/^Screener/).waitFor();
    await page.goBack();
    await main('BTC/USDT on sim').waitFor();
    expect(page.url()).toContain(market);
    await page.goForward();
    await main(/^Screener/).waitFor();
  });

  test('the first stop of the keyboard is the way past the header', async () => {
    opened = await openLivePage(browser, server.origin, market);
    const { page } = opened;
    await main('BTC/USDT on sim').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await main('BTC/USDT on sim').evaluate((element) => element === document.activeElement)).toBe(true);
    expect(page.url()).toContain(market);
  });

  test.each(['#/markets?list=sim:BTC/USDT', '#/screen/sim?type=SPOT&quote=USDT&rank=PERCENTAGE', market])(
    '%s opens in GraphiQL as an operation that runs, even if GraphiQL has other tabs',
    async (view) => {
      opened = await openLivePage(browser, server.origin, view);
      const { page } = opened;
      const graphiql = await page.context().newPage();
      await graphiql.goto(`${server.origin}/graphql`);
      await graphiql.locator('.graphiql-query-editor').getByText('query').first().waitFor();
      await graphiql.close();
      const [opening] = await Promise.all([
        page.context().waitForEvent('page'),
        page.getByRole('link', { name: 'Open in GraphiQL' }).click(),
      ]);
      await opening.locator('.graphiql-query-editor').getByText('sim').first().waitFor();
      await opening.getByRole('button', { name: /Execute query/ }).click();
      await opening.locator('.result-window').getByText('BTC/USDT').first().waitFor();
      expect(await opening.locator('.result-window').getByText('errors').count()).toBe(0);
    },
  );
});
