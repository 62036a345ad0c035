import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltServer, startServer } from '../../support/server.ts';
import { hasBrowser, launchBrowser } from '../examples/browser.ts';
import { type LivePage, openLivePage } from './live-page.ts';

const names = 'background surface raised line text muted accent up down up-tint down-tint warning warning-tint';

/** All colours of tokens.css, and that of the browser's own bar. */
const readAll = `(() => {
  const style = getComputedStyle(document.documentElement);
  const bar = document.querySelector('meta[name="theme-color"]').content;
  return [bar, ...'${names}'.split(' ').map((name) => style.getPropertyValue('--' + name))];
})()`;

describe.runIf(hasBrowser)('the colours', () => {
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

  const open = async (): Promise<Page> => {
    opened = await openLivePage(browser, server.origin, '', { colorScheme: 'dark' });
    await opened.page.getByLabel('Colours').waitFor();
    return opened.page;
  };
  const read = (page: Page): Promise<readonly string[]> => page.evaluate(readAll);

  test('they follow the browser, also while the page is open, until one chooses others', async () => {
    const page = await open();
    const dark = await read(page);
    expect(dark[0]).toBe(dark[2]);
    await page.emulateMedia({ colorScheme: 'light' });
    // The page hears of it with the next frame.
    await expect.poll(async () => (await read(page))[0]).not.toBe(dark[0]);
    const light = await read(page);
    expect(light[0]).toBe(light[2]);
    expect(light.filter((colour, index) => colour === dark[index])).toEqual([]);
    await page.getByLabel('Colours').selectOption('Dark');
    expect(await read(page)).toEqual(dark);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.getByLabel('Colours').selectOption('Light');
    expect(await read(page)).toEqual(light);
  });

  test('chosen ones are there before the page itself is loaded', async () => {
    const page = await open();
    await page.getByLabel('Colours').selectOption('Light');
    const [, ...light] = await read(page);
    await page.route('**/assets/index-*.js', (route) => route.abort());
    await page.reload();
    expect(await page.locator('#root').innerHTML()).toBe('');
    expect((await read(page)).slice(1)).toEqual(light);
  });
});
