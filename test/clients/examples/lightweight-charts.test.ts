import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findFreePort } from '../../support/programs/loopback-program.ts';
import { type BuiltServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import type { Venue } from '../../venues/venue.ts';
import { hasBrowser, launchBrowser, openPage, type WatchedPage } from './browser.ts';
import { type ExampleSite, startExampleSite, writtenHost } from './example-site.ts';

/** A bar, and its place on the time scale. */
interface Bar {
  readonly time: number;
  readonly index: number;
}

describe.runIf(hasBrowser)('the candlestick chart', () => {
  let browser: Browser;
  let kraken: Venue;
  let port: number;
  let running: BuiltServer;
  let site: ExampleSite;
  let opened: WatchedPage;

  const start = (): Promise<BuiltServer> =>
    startServer({
      built: {
        env: { PORT: `${port}`, EXCHANGES: 'sim,kraken', POLL_INTERVAL_MS: '100' },
        exchangeFile: { kraken: { ...kraken.exchangeConfig, rateLimit: 1 } },
      },
    });

  beforeAll(async () => {
    port = await findFreePort();
    kraken = await createKraken();
    kraken.refuseStreams();
    [site, browser, running] = await Promise.all([
      startExampleSite('lightweight-charts', {
        [writtenHost]: `127.0.0.1:${port}`,
        // The page keeps its chart to itself.
        'chart.addSeries(': 'globalThis.series = (globalThis.chart = chart).addSeries(',
      }),
      launchBrowser(),
      start(),
    ]);
  });

  afterEach(() => opened.page.close());

  afterAll(async () => {
    await browser.close();
    site.close();
    await running.stop();
    await kraken.close();
  });

  const readBars = (): Promise<readonly Bar[]> =>
    opened.page.evaluate('series.data().map(({ time }) => ({ time, index: chart.timeScale().timeToIndex(time) }))');
  const show = (): Promise<string | null> => opened.page.locator('output').textContent();

  async function open(parameters: string): Promise<void> {
    opened = await openPage(browser, `${site.url}${parameters}`);
    await opened.page.waitForFunction('globalThis.series?.data().length > 0');
  }

  /** The time scale has a place for each step, whether there is a bar or not. */
  function expectRegular(bars: readonly Bar[], step: number): void {
    const [first = { time: 0, index: 0 }] = bars;
    expect(bars.map(({ index }) => index)).toEqual(bars.map(({ time }) => first.index + (time - first.time) / step));
  }

  test('it has the history, follows the market, and loads older candles when one scrolls back', async () => {
    await open('?timeframe=1s');
    const before = await readBars();
    expect(before.length).toBeGreaterThanOrEqual(500);
    await eventually(async () => (await readBars()).length > before.length + 1);
    expect(await show()).toMatch(/^BTC\/USDT \d+(\.\d+)?$/);
    const range = { from: before[10]?.time, to: before[60]?.time };
    await opened.page.evaluate(`chart.timeScale().setVisibleRange(${JSON.stringify(range)})`);
    await eventually(async () => (await readBars()).length >= before.length + 500);
    const after = await readBars();
    expectRegular(after, 1);
    expect(after.slice(500, 600).map(({ time }) => time)).toEqual(before.slice(0, 100).map(({ time }) => time));
    expect(await opened.page.evaluate('chart.timeScale().getVisibleRange()')).toEqual(range);
    expect(await opened.page.locator('#chart canvas').count()).toBeGreaterThan(0);
    expect(opened.complaints).toEqual([]);
    expect([...opened.origins]).toEqual([running.origin]);
  });

  test('after the server was killed and started again, it has the candles that it missed', async () => {
    await open('?timeframe=1s');
    await eventually(async () => /^BTC/.test(`${await show()}`));
    running.child.kill('SIGKILL');
    await running.ended;
    await eventually(async () => (await show()) === 'connecting');
    const { length } = await readBars();
    const queries: string[] = [];
    opened.page.on('request', (request) => queries.push(request.url()));
    running = await start();
    await eventually(async () => (await readBars()).length > length + 1);
    const bars = await readBars();
    expectRegular(bars, 1);
    expect(bars.length).toBe((bars.at(-1)?.index ?? 0) + 1);
    // The subscription has brought them: the chart was not loaded again.
    expect(queries).toEqual([]);
  });

  test('a gap in the history stays a gap, and an exchange that fails looks stale', async () => {
    const minuteMs = 60_000;
    const prices = { open: '100', high: '101', low: '99', close: '100', volume: '5', trades: 1 };
    const recent = Date.now() - 30 * minuteMs;
    kraken.candles = (_symbol, _timeframe, timestamp) =>
      timestamp < recent && (timestamp / minuteMs) % 10 < 3 ? null : prices;
    await open('?exchange=kraken&symbol=BTC/USD&timeframe=1m');
    const bars = await readBars();
    expectRegular(bars, 60);
    expect(bars.length).toBeLessThan((bars.at(-1)?.index ?? 0) * 0.8);
    await eventually(async () => (await show()) === 'BTC/USD 100');
    kraken.fault({ kind: 'status', status: 503 });
    await eventually(async () => (await show()) === 'BTC/USD 100 (stale)');
    kraken.heal();
    await eventually(async () => (await show()) === 'BTC/USD 100');
  });
});
