import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../support/socket-client.ts';
import { checkTypes } from './check-types.ts';
import { usePageServer } from './page-server.ts';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const hasChromium = existsSync(executablePath) || Boolean(process.env.CI);

const imports = {
  'graphql-ws': '/node_modules/graphql-ws/dist/client.js',
  'lightweight-charts': '/node_modules/lightweight-charts/dist/lightweight-charts.standalone.production.mjs',
};
const html = `
  <link rel="icon" href="data:,">
  <div id="chart" style="width: 600px; height: 300px"></div>
  <script type="importmap">${JSON.stringify({ imports })}</script>
  <script type="module">
    import { client } from '/js/client';
    import { drawChart } from '/js/chart';
    const market = { exchange: 'sim', symbol: 'BTC/USDT', timeframe: '1s' };
    window.chart = await drawChart(document.getElementById('chart'), market);
    window.client = client;
  </script>
`;

describe.runIf(hasChromium)('a chart in a browser', () => {
  const server = usePageServer(({ url }) => ({
    'candles.ts': {},
    'chart.ts': { 'http://localhost:4000/graphql': url },
  }));
  const site = createServer(({ url = '/' }, response) => {
    const path = extname(url) ? url : `${url}.js`;
    const isPage = url === '/';
    response.setHeader('content-type', isPage ? 'text/html' : 'text/javascript');
    response.end(isPage ? html : readFileSync(join(server().folder.path, path)));
  });
  let browser: Browser;

  beforeAll(async () => {
    const { path } = server().folder;
    expect(await checkTypes(path, ['chart.ts'], join(path, 'js'))).toBe('');
    await once(site.listen(0, '127.0.0.1'), 'listening');
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-sync'],
    });
  });

  afterAll(async () => {
    await browser.close();
    site.close();
  });

  test('it has the history, follows the market, and goes on after a reconnect without a gap', async () => {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    const readTimes = (): Promise<readonly number[]> => page.evaluate('chart.series.data().map(({ time }) => time)');
    await page.waitForFunction('window.client');
    const before = await readTimes();
    expect(before.length).toBeGreaterThanOrEqual(500);
    await eventually(async () => (await readTimes()).length > before.length);
    await page.evaluate('client.terminate()');
    const beforeReconnect = (await readTimes()).length;
    await eventually(async () => (await readTimes()).length > beforeReconnect + 1);
    const times = await readTimes();
    expect(times).toEqual(times.map((_, index) => (times[0] ?? 0) + index));
    expect(Math.abs((times.at(-1) ?? 0) * 1000 - Date.now())).toBeLessThan(60_000);
    expect(await page.locator('#chart canvas').count()).toBeGreaterThan(0);
    expect(errors).toEqual([]);
    await page.evaluate('chart.remove()');
    await eventually(() => server().running.app.counts.operations === 0);
    await page.close();
  });

  test('of a market without candles it begins with the forming one', async () => {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    await page.waitForFunction('window.client');
    await page.route('**/graphql', (route) => route.fulfill({ json: { data: { candles: [] } } }));
    await page.evaluate(`(async () => {
      const { drawChart } = await import('/js/chart');
      const market = { exchange: 'sim', symbol: 'BTC/USDT', timeframe: '1M' };
      window.first = await drawChart(document.getElementById('chart'), market);
    })()`);
    await eventually(async () => (await page.evaluate('first.series.data().length')) === 1);
    await page.close();
    await eventually(() => server().running.app.counts.operations === 0);
  });
});
