import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';
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
    // A market puts its price and the name of the exchange there.
    expect(await opened.page.title()).toContain(title.replace(/ on .*/, ''));
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

  test('a view opens in GraphiQL as an operation that runs, although GraphiQL remembers another', async () => {
    opened = await openLivePage(browser, server.origin, '#/markets?list=sim:BTC/USDT');
    const { page } = opened;
    const href = await page.getByRole('link', { name: 'Open in GraphiQL' }).getAttribute('href');
    const graphiql = await page.context().newPage();
    const editor = graphiql.locator('.graphiql-query-editor');
    await graphiql.goto(`${server.origin}/graphql?query=${encodeURIComponent('{ remembered: __typename }')}`);
    await editor.getByText('remembered').first().waitFor();
    await graphiql.goto(new URL(`${href}`, server.origin).href);
    await editor.getByText('watchlistUpdated').first().waitFor();
    const result = graphiql.locator('.result-window').getByText('BTC/USDT').first();
    // GraphiQL needs a moment to get ready: a click within that moment runs nothing.
    await eventually(async () => {
      if (await result.isVisible()) return true;
      const execute = graphiql.getByRole('button', { name: /Execute query/ });
      if (await execute.isVisible()) await execute.click();
      return false;
    });
  });
});
