import type { Browser, Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findFreePort } from '../../support/programs/loopback-program.ts';
import { type BuiltServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import type { Venue } from '../../venues/venue.ts';
import { hasBrowser, launchBrowser } from '../examples/browser.ts';
import { type LivePage, openLivePage } from './live-page.ts';

const minuteMs = 60_000;

/** What the chart says about itself: times are epoch ms. */
interface Description {
  readonly last: number;
  readonly from: number;
  readonly to: number;
}

describe.runIf(hasBrowser)('the chart of the live page', () => {
  let browser: Browser;
  let kraken: Venue;
  let port: number;
  let running: BuiltServer;
  let opened: LivePage;

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
    [browser, running] = await Promise.all([launchBrowser(), start()]);
  });

  afterEach(() => opened.close());

  afterAll(async () => {
    await browser.close();
    await running.stop();
    await kraken.close();
  });

  const chart = (): Locator => opened.page.getByRole('img', { name: /^Chart of / });
  const keys = (): Locator => opened.page.getByRole('group', { name: /^Chart\. / });
  const status = (): Promise<string> => opened.page.locator('.chart-status').innerText();
  const choose = (name: string): Promise<void> => opened.page.getByRole('button', { name, exact: true }).click();

  async function open(view: string): Promise<void> {
    opened = await openLivePage(browser, running.origin, `#/market/${view}`);
  }

  async function describeChart(): Promise<Description> {
    const label = await chart().getAttribute('aria-label');
    const [, last = '', from = '', to = ''] =
      / ([^ ]+ [^ ]+ \d{4}[^.]*) UTC\. From (.+) UTC to (.+) UTC the /.exec(`${label}`) ?? [];
    const [lastAt, fromAt, toAt] = [last, from, to].map((text) => Date.parse(`${text} UTC`));
    return { last: lastAt ?? Number.NaN, from: fromAt ?? Number.NaN, to: toAt ?? Number.NaN };
  }

  /** Resolves when the chart shows candles up to the newest. */
  const drawn = (): Promise<void> =>
    eventually(async () => {
      const { from, to, last } = await describeChart();
      return from < to && to === last;
    });

  /** Moves the pointer over the whole chart: the times under it, and those of periods without a candle. */
  async function scan(): Promise<{ readonly times: readonly number[]; readonly empty: readonly number[] }> {
    const { x = 0, y = 0, width = 0, height = 0 } = (await chart().boundingBox()) ?? {};
    const [times, empty] = [new Set<number>(), new Set<number>()];
    for (let at = 4; at < width - 120; at += 6) {
      await opened.page.mouse.move(x + at, y + height / 2);
      const legend = await opened.page.locator('.chart-legend').innerText();
      const [, time = ''] = /Time\s+(.+) UTC/.exec(legend) ?? [];
      times.add(Date.parse(`${time} UTC`));
      if (/O\s+–/.test(legend)) empty.add(Date.parse(`${time} UTC`));
    }
    await opened.page.mouse.move(0, 0);
    return { times: [...times], empty: [...empty] };
  }

  test('it follows the market, and what one scrolls back to stays in view', async () => {
    await open('sim/BTC/USDT?timeframe=1s');
    await drawn();
    expect(await chart().locator('canvas').count()).toBeGreaterThan(0);
    const first = await describeChart();
    await eventually(async () => {
      const { last, to } = await describeChart();
      return last > first.last + 1000 && to === last;
    });
    await keys().focus();
    await eventually(async () => {
      await opened.page.keyboard.press('PageUp');
      return (await describeChart()).from < first.last - 900_000;
    });
    const back = await describeChart();
    await eventually(async () => (await describeChart()).last > back.last + 1000);
    expect(await describeChart()).toMatchObject({ from: back.from, to: back.to });
    expect((await scan()).empty).toEqual([]);
    await choose('Newest');
    await drawn();
    await opened.page.keyboard.press('-');
    expect(await opened.readShift()).toBeLessThan(0.05);
    expect(opened.complaints).toEqual([]);
    expect([...opened.origins]).toEqual([]);
  });

  test('keys zoom', async () => {
    await open('sim/BTC/USDT?timeframe=1d');
    await drawn();
    const before = await describeChart();
    await keys().focus();
    await opened.page.keyboard.press('+');
    await eventually(async () => (await describeChart()).from > before.from);
    await opened.page.keyboard.press('-');
    await opened.page.keyboard.press('-');
    await eventually(async () => (await describeChart()).from < before.from);
  });

  test('the timeframe that is chosen last is shown, is in the address, and is remembered', async () => {
    await open('sim/BTC/USDT');
    await drawn();
    for (const timeframe of ['1h', '1s', '15m', '1d']) await choose(timeframe);
    await eventually(async () => `${await chart().getAttribute('aria-label')}`.includes('candles of 1 day. Last'));
    expect(opened.page.url()).toContain('timeframe=1d');
    expect((await scan()).times.filter((time) => time % 86_400_000 !== 0)).toEqual([]);
    await opened.page.goto(`${running.origin}/#/market/sim/ETH/USDT`);
    await eventually(() => opened.page.url().endsWith('sim/ETH/USDT?timeframe=1d'));
    expect(await opened.page.getByRole('button', { name: '1d', exact: true }).getAttribute('aria-pressed')).toBe(
      'true',
    );
    await opened.page.goto(`${running.origin}/#/market/sim/ETH/USDT?timeframe=45m`);
    await eventually(async () => `${await chart().getAttribute('aria-label')}`.includes('candles of 45 minutes. Last'));
    expect(opened.complaints).toEqual([]);
  });

  test('it has the colours of the page, whichever are chosen', async () => {
    await open('sim/BTC/USDT');
    await drawn();
    const readBackground = `(() => {
      const canvas = document.querySelector('.chart-canvas canvas');
      const [red, green, blue] = canvas.getContext('2d').getImageData(1, 1, 1, 1).data;
      return '#' + [red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('');
    })()`;
    const turns = async (color: string): Promise<void> =>
      eventually(async () => (await opened.page.evaluate(readBackground)) === color);
    const themes = opened.page.getByRole('combobox', { name: 'Colours' });
    await themes.selectOption('Dark');
    await turns('#151b23');
    await themes.selectOption('Light');
    await turns('#ffffff');
    await opened.page.emulateMedia({ colorScheme: 'dark' });
    await themes.selectOption('Auto');
    await turns('#151b23');
    await opened.page.emulateMedia({ colorScheme: 'light' });
    await turns('#ffffff');
  });

  test('a gap stays a gap, a stale exchange is shown, and the history has a beginning', async () => {
    const prices = { open: '100', high: '101', low: '99', close: '100', volume: '5', trades: 1 };
    const recent = Date.now() - 30 * minuteMs;
    const isEmpty = (time: number): boolean => time < recent && (time / minuteMs) % 10 < 3;
    kraken.candles = (_symbol, _timeframe, timestamp) => (isEmpty(timestamp) ? null : prices);
    await open('kraken/BTC/USD?timeframe=1m');
    await drawn();
    const { times, empty } = await scan();
    expect(empty.length).toBeGreaterThan(3);
    expect(empty).toEqual(times.filter(isEmpty));
    kraken.fault({ kind: 'status', status: 503 });
    await eventually(async () => (await status()).includes('stale: the exchange cannot be reached'));
    kraken.heal();
    await eventually(async () => !(await status()).includes('stale'));
    await keys().focus();
    await eventually(async () => {
      await opened.page.keyboard.press('PageUp');
      return (await status()).includes('History begins here');
    });
    expect(await opened.page.getByRole('alert').count()).toBe(0);
    // Kraken has its newest 720 candles; some time passes until the last of them is read.
    const { from, last } = await describeChart();
    expect(last - from).toBeGreaterThan(700 * minuteMs);
  });

  test('what the server refuses is shown in its words', async () => {
    await open('sim/BTC/USDT?timeframe=soon');
    const alert = opened.page.locator('.chart-message').getByRole('alert');
    await eventually(async () => (await alert.innerText()).includes('"soon" is not a valid timeframe'));
  });

  test('a lost connection is shown, and after a restart of the server nothing is missing', async () => {
    await open('sim/BTC/USDT?timeframe=1s');
    await drawn();
    running.child.kill('SIGKILL');
    await running.ended;
    await eventually(async () => (await status()).includes('stale: nothing new since the connection was lost'));
    const before = await describeChart();
    running = await start();
    await eventually(async () => {
      const { last, to } = await describeChart();
      return last > before.last + 1000 && to === last;
    });
    expect(await status()).not.toContain('stale');
    expect((await scan()).empty).toEqual([]);
  });
});
