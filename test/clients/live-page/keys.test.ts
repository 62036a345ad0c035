import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findFreePort } from '../../support/programs/loopback-program.ts';
import { type BuiltServer, startServer } from '../../support/server.ts';
import { hasBrowser, launchBrowser } from '../examples/browser.ts';
import { type LivePage, openLivePage } from './live-page.ts';

describe.runIf(hasBrowser)('API keys', () => {
  let browser: Browser;
  let port: number;
  let server: BuiltServer;
  let opened: LivePage;

  const start = (keys: string): Promise<BuiltServer> =>
    startServer({ built: { env: { PORT: `${port}`, EXCHANGES: 'sim', API_KEYS: keys } } });

  beforeAll(async () => {
    port = await findFreePort();
    [browser, server] = await Promise.all([launchBrowser(), start('first,second')]);
  });

  afterEach(() => opened.close());

  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  const open = async (): Promise<Page> => {
    opened = await openLivePage(browser, server.origin);
    return opened.page;
  };
  const field = (page: Page) => page.getByLabel('API key', { exact: true });
  const enter = async (page: Page, key: string): Promise<void> => {
    await field(page).fill(key);
    await page.keyboard.press('Enter');
  };
  const link = (page: Page) => page.getByRole('link', { name: 'Open in GraphiQL' });
  const connected = (page: Page) => page.locator('.connection[data-state="connected"]');

  test('the page asks for a key, says why, and works with a correct one, which only the tab keeps', async () => {
    const page = await open();
    await page.getByRole('heading', { name: 'This server needs an API key.' }).waitFor();
    await page.getByText('This server requires an API key').waitFor();
    expect(await link(page).getAttribute('title')).toBeNull();
    expect(await field(page).evaluate((element) => element === document.activeElement)).toBe(true);
    await enter(page, 'wrong');
    await page.getByRole('heading', { name: 'The server does not accept this key.' }).waitFor();
    await page.getByText('The API key that was sent is not valid').waitFor();
    await enter(page, 'first');
    await connected(page).waitFor();
    expect(await field(page).count()).toBe(0);
    expect(await page.evaluate('document.activeElement.tagName')).toBe('MAIN');
    expect(await link(page).getAttribute('title')).toContain('Headers tab');
    await page.reload();
    await connected(page).waitFor();
    expect(await page.evaluate('JSON.stringify({ ...sessionStorage })')).toContain('first');
    expect(await page.evaluate('JSON.stringify({ ...localStorage })')).not.toContain('first');
    const links = await page.getByRole('link').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
    expect([page.url(), ...links].join()).not.toContain('first');
    const other = await page.context().newPage();
    await other.goto(server.origin);
    await field(other).waitFor();
  });

  test('behind the form nothing asks the server again', async () => {
    opened = await openLivePage(browser, server.origin);
    const { page } = opened;
    await page.clock.install();
    await page.reload();
    await page.getByText('This server requires an API key').waitFor();
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('websocket', (socket) => requests.push(socket.url()));
    await page.clock.runFor(60_000);
    expect(requests).toEqual([]);
  });

  test('a key can be forgotten', async () => {
    const page = await open();
    await enter(page, 'first');
    await connected(page).waitFor();
    await page.getByRole('button', { name: 'Forget the API key' }).click();
    await page.getByText('This server requires an API key').waitFor();
    expect(await page.evaluate('sessionStorage.getItem("tickql.key")')).toBeNull();
  });

  test('a key that is no longer valid when the server comes back is asked for again', async () => {
    const page = await open();
    await enter(page, 'first');
    await connected(page).waitFor();
    await server.stop();
    server = await start('second');
    await field(page).waitFor();
    await enter(page, 'second');
    await connected(page).waitFor();
  });
});
