import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';
import { hasBrowser, launchBrowser, openPage } from '../examples/browser.ts';

const prefix = '/market/data';

/** A proxy at whose prefix the server is. */
function createProxy(port: () => number): Server {
  return createServer(({ method, url = '', headers }, response) => {
    if (!url.startsWith(`${prefix}/`)) return response.writeHead(404).end();
    const path = url.slice(prefix.length);
    const forwarded = httpRequest({ host: '127.0.0.1', port: port(), method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    return forwarded.end();
  });
}

/** The contrast between two colours of the page, as WCAG 2 defines it. */
const contrast = `(a, b) => {
  const luminance = (color) => {
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.color = color;
    const [red, green, blue] = getComputedStyle(probe).color.match(/[\\d.]+/g).map((each) => {
      const share = each / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    probe.remove();
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}`;

describe.runIf(hasBrowser)('the page of the REST API in a browser', () => {
  let browser: Browser;
  let running: AppServer;
  let proxy: Server;

  beforeAll(async () => {
    proxy = createProxy(() => running.port);
    [browser, running] = await Promise.all([launchBrowser(), startServer({ config: { exchanges: ['sim'] } })]);
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
  });

  afterAll(async () => {
    await browser.close();
    proxy.close();
    await running.stop();
  });

  const focused = 'document.activeElement.outerHTML.slice(0, 80)';

  async function open(options: Parameters<Browser['newContext']>[0]): Promise<Page> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.goto(`${running.origin}/api`);
    return page;
  }

  async function linksOf(page: Page): Promise<readonly string[]> {
    const all: unknown = await page.evaluate("[...document.links].map((link) => link.href.replace(/#.*/, ''))");
    return [...new Set(Array.isArray(all) ? all.map(String) : [])];
  }

  test('it requests nothing more, complains of nothing, and its examples answer', async () => {
    const { page, complaints, origins } = await openPage(browser, `${running.origin}/api`);
    expect(await page.title()).toContain('TickQL');
    expect(await page.evaluate("performance.getEntriesByType('resource').length")).toBe(0);
    const examples = (await linksOf(page)).filter((link) => !link.includes('/api/stream/'));
    expect(examples.length).toBeGreaterThan(15);
    const statuses = await Promise.all(examples.map(async (link) => [link, (await fetch(link)).status]));
    expect(statuses).toEqual(examples.map((link) => [link, 200]));
    expect([complaints, [...origins]]).toEqual([[], []]);
    await page.close();
  });

  test('behind a proxy that adds a prefix, its links keep the prefix and work', async () => {
    const { port } = proxy.address() as AddressInfo;
    const base = `http://127.0.0.1:${port}${prefix}`;
    const page = await browser.newPage();
    await page.goto(`${base}/api`);
    const links = await linksOf(page);
    expect(links.filter((link) => !link.startsWith(`${base}/api`))).toEqual([]);
    expect(links).toContain(`${base}/api/openapi.json`);
    expect((await fetch(`${base}/api/openapi.json`)).status).toBe(200);
    await page.getByRole('link', { name: '/api/ticker/sim/BTC-USDT', exact: true }).click();
    expect(JSON.parse(await page.innerText('body'))).toMatchObject({ symbol: 'BTC/USDT' });
    await page.close();
  });

  test('with the keyboard alone, one can skip the contents and scroll wide tables', async () => {
    const page = await open({ viewport: { width: 320, height: 600 } });
    await page.keyboard.press('Tab');
    expect(await page.evaluate(focused)).toContain('Skip to the content');
    expect(await page.getByText('Skip to the content').boundingBox()).toMatchObject({ x: expect.any(Number) });
    expect((await page.getByText('Skip to the content').boundingBox())?.x).toBeGreaterThanOrEqual(0);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate("document.querySelector('main').contains(document.activeElement)")).toBe(true);
    const table = page.getByRole('region', { name: 'Parameters of getCandles' });
    await table.focus();
    for (let count = 0; count < 5; count += 1) await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.evaluate('document.activeElement.scrollLeft')).toBeGreaterThan(0);
    await page.context().close();
  });

  test.each(['light', 'dark'] as const)('in %s mode, every text can be read', async (colorScheme) => {
    const page = await open({ colorScheme });
    const dark: unknown = await page.evaluate(`(${contrast})('Canvas', '#000')`);
    expect(Number(dark) < 2).toBe(colorScheme === 'dark');
    for (const [text, ground] of [
      ['CanvasText', 'Canvas'],
      ['CanvasText', 'var(--soft)'],
      ['var(--link)', 'Canvas'],
    ]) {
      expect(Number(await page.evaluate(`(${contrast})('${text}', '${ground}')`))).toBeGreaterThan(4.5);
    }
    await page.context().close();
  });

  test('on a narrow screen, only tables and commands scroll sideways', async () => {
    const page = await open({ viewport: { width: 320, height: 600 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
    await page.context().close();
  });

  test('without scripts, it is the same page', async () => {
    const page = await open({ javaScriptEnabled: false });
    await page.locator('nav a[href="#getCandles"]').click();
    expect(page.url()).toBe(`${running.origin}/api#getCandles`);
    expect(await page.getByRole('table').count()).toBeGreaterThan(40);
    await page.context().close();
  });
});
