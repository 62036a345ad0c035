import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hasNginx, startNginxWith } from '../../support/programs/nginx.ts';
import { type BuiltServer, startServer } from '../../support/server.ts';
import { hasBrowser, launchBrowser } from '../examples/browser.ts';
import { type LivePage, openLivePage, phone, wide } from './live-page.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds that keeps people from using the page, with the first element of each kind. */
const runAxe = `axe.run().then(({ violations }) =>
  violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => id + ': ' + nodes[0].html + ' ' + nodes[0].failureSummary))`;

const views = ['#/markets?list=sim:BTC/USDT,sim:ETH/USDT', '#/screen/sim', '#/market/sim/BTC/USDT:USDT?timeframe=1m'];
const maxBytes = 200_000;

describe.runIf(hasBrowser)('the live page', () => {
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

  /** A view is complete when it is live and nothing is being requested any more. */
  async function open(origin: string, view: string, colorScheme: 'dark' | 'light', viewport = wide): Promise<void> {
    opened = await openLivePage(browser, origin, view, { colorScheme, viewport });
    await opened.page.waitForLoadState('networkidle');
  }

  const looks = [
    { name: 'a phone in dark', viewport: phone, colorScheme: 'dark' },
    { name: 'a phone in light', viewport: phone, colorScheme: 'light' },
    { name: 'a wide screen in dark', viewport: wide, colorScheme: 'dark' },
    { name: 'a wide screen in light', viewport: wide, colorScheme: 'light' },
  ] as const;

  describe.each(views)('%s', (view) => {
    test.each(looks)('on $name: nothing goes wrong, moves, leaves the server or keeps people out', async (look) => {
      await open(server.origin, view, look.colorScheme, look.viewport);
      const { page } = opened;
      expect(await opened.readShift()).toBeLessThan(0.05);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(look.viewport.width);
      await page.evaluate(axe);
      expect(await page.evaluate(runAxe)).toEqual([]);
      expect(opened.complaints).toEqual([]);
      expect([...opened.origins]).toEqual([]);
    });
  });

  test('all scripts and styles together are small', async () => {
    opened = await openLivePage(browser, server.origin);
    const sizes = new Map<string, number>();
    opened.page.on('requestfinished', async (request) => {
      if (!['script', 'stylesheet'].includes(request.resourceType())) return;
      sizes.set(request.url(), (await request.sizes()).responseBodySize);
    });
    for (const view of views) {
      await opened.page.goto(`${server.origin}/${view}`);
      await opened.page.reload({ waitUntil: 'networkidle' });
    }
    const total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
    expect(sizes.size).toBeGreaterThan(1);
    expect(total).toBeGreaterThan(0);
    expect(total).toBeLessThan(maxBytes);
  });

  test.runIf(hasNginx)('it works under a path behind a proxy', async () => {
    const nginx = await startNginxWith((port) => {
      const upgrade =
        'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;';
      const host = 'proxy_set_header Host $http_host;';
      const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`);
      return `worker_processes 1; pid nginx.pid; error_log stderr; events {}
        http { access_log off; ${paths.join(' ')} server { listen 127.0.0.1:${port};
        location /tickql/ { proxy_pass ${server.origin}/; ${upgrade} ${host} } } }`;
    });
    opened = await openLivePage(browser, `http://127.0.0.1:${nginx.port}/tickql/`, views[0]);
    await opened.page.locator('.connection[data-state="connected"]').waitFor();
    expect(opened.complaints).toEqual([]);
    const href = await opened.page
      .getByRole('link', { name: 'Open in GraphiQL' })
      .evaluate((link) => link.getAttribute('href'));
    expect(new URL(`${href}`, opened.page.url()).pathname).toBe('/tickql/graphql');
    await nginx.close();
  });
});
