import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findFreePort } from '../../support/programs/loopback-program.ts';
import { hasNginx, startNginx } from '../../support/programs/nginx.ts';
import { type BuiltServer, startServer } from '../../support/server.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import { hasBrowser, launchBrowser } from '../examples/browser.ts';
import { type LivePage, openLivePage, phone } from './live-page.ts';

describe.runIf(hasBrowser)('the connection', () => {
  let browser: Browser;
  let port: number;
  let server: BuiltServer;
  let opened: LivePage;

  const start = (): Promise<BuiltServer> => startServer({ built: { env: { PORT: `${port}`, EXCHANGES: 'sim' } } });
  const state = (kind: string) => opened.page.locator(`.connection[data-state="${kind}"]`);
  const banner = () => opened.page.locator('.connection-banner');

  beforeAll(async () => {
    port = await findFreePort();
    browser = await launchBrowser();
  });

  beforeEach(async () => {
    server = await start();
  });

  afterEach(async () => {
    await opened.close();
    await server.stop();
  });

  afterAll(() => browser.close());

  test('while the server is down, the page says so and moves nothing; then everything is live again', async () => {
    opened = await openLivePage(browser, server.origin, '', { viewport: phone });
    await state('connected').waitFor();
    server.child.kill('SIGKILL');
    await state('lost').waitFor();
    await banner().getByText('No live data for').waitFor();
    await banner().getByText('The server cannot be reached.').waitFor();
    await opened.page.getByRole('status').getByText('The server cannot be reached.').waitFor();
    await server.ended;
    server = await start();
    await state('connected').waitFor();
    await banner().waitFor({ state: 'detached' });
    await expect.poll(() => opened.page.locator('[data-stale="true"]').count()).toBe(0);
    expect(await opened.readShift()).toBeLessThan(0.05);
  });

  test('with the connection alone, old values are not live again', async () => {
    opened = await openLivePage(browser, server.origin, '#/market/sim/BTC/USDT');
    const { page } = opened;
    const parts = ['.market-header', '.book-table', '.trades-table', '.chart-frame', '.quote-table tbody tr'];
    const count = (isStale: boolean) =>
      Promise.all(parts.map((part) => page.locator(`${part}[data-stale="${isStale}"]`).count()));
    await page.locator('.market-header .freshness').waitFor();
    await page.locator('.quote-table .freshness').waitFor();
    await expect.poll(() => count(false)).toEqual([1, 1, 1, 1, 1]);
    await server.stop();
    await state('lost').waitFor();
    // The new server has no market of this exchange, so nothing comes in the place of what is shown.
    const kraken = await createKraken();
    const other = await startServer({ config: { port, exchanges: ['kraken'] }, venues: { kraken } });
    await state('connected').waitFor();
    await page.locator('.market-header').getByRole('alert').waitFor();
    expect(await count(true)).toEqual([1, 1, 1, 1, 1]);
    await other.stop();
    await kraken.close();
  });

  test('when the browser goes offline, the page says so at once', async () => {
    opened = await openLivePage(browser, server.origin);
    await state('connected').waitFor();
    await opened.page.evaluate('dispatchEvent(new Event("offline"))');
    await state('lost').waitFor();
    await state('connected').waitFor();
  });

  test.runIf(hasNginx)(
    'a proxy that lets no WebSocket through is named, and so is the status of its own answers',
    async () => {
      // Without directives for WebSockets, nginx sends the server a plain request.
      const nginx = await startNginx({ behind: port });
      opened = await openLivePage(browser, `http://127.0.0.1:${nginx.port}`);
      await banner().getByText('A proxy in between may not let WebSockets through.').waitFor();
      server.child.kill('SIGKILL');
      await banner().getByText('a proxy cannot reach it: the answer has status 502.').waitFor();
      await nginx.close();
    },
  );
});
