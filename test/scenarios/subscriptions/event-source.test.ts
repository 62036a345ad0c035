import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findFreePort } from '../../support/programs/loopback-program.ts';
import { type AppServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import type { Venue } from '../../venues/venue.ts';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const btc = 'BTC/USDT';

/** What a page collects with an EventSource of one line. */
const script = (url: string): string => `
  const events = new EventSource(${JSON.stringify(url)});
  const values = [];
  const problems = [];
  let openings = 0;
  events.onmessage = (event) => values.push(JSON.parse(event.data));
  events.onopen = () => { openings += 1; };
  events.addEventListener('problem', (event) => problems.push(JSON.parse(event.data)));
`;

describe.runIf(existsSync(executablePath) || process.env.CI)('EventSource in a browser', () => {
  let browser: Browser;
  let page: Page;
  let port: number;
  let venue: Venue;
  let running: AppServer;
  /** The page is on another origin than the server. */
  let origin: string;
  let html = '';
  const site = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end(html);
  });

  beforeAll(async () => {
    await once(site.listen(0, '127.0.0.1'), 'listening');
    const address = site.address();
    origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-sync'],
    });
  });

  afterAll(async () => {
    await browser.close();
    site.close();
  });

  beforeEach(async () => {
    port = await findFreePort();
    venue = await createBinance();
    await start();
    page = await browser.newPage();
  });

  afterEach(async () => {
    await page.close();
    await running.stop();
    await venue.close();
  });

  async function start(): Promise<void> {
    running = await startServer({ config: { port, pollIntervalMs: 100 }, venues: { binance: venue } });
  }

  async function open(path: string): Promise<void> {
    html = `<script>${script(`http://127.0.0.1:${port}${path}`)}</script>`;
    await page.goto(origin);
  }

  const read = <T>(expression: string): Promise<T> => page.evaluate(expression);
  const idsOf = (): Promise<readonly string[]> => read('values.flat().map(({ tradeId }) => tradeId)');
  const execute = (price: number): string =>
    String(venue.trade(btc, { price: String(price), amount: '0.5', side: 'buy' }).id);

  test('onmessage receives each ticker', async () => {
    await open('/api/stream/ticker/sim/BTC-USDT');
    await eventually(async () => (await read<number>('values.length')) >= 2);
    const values = await read<readonly Record<string, unknown>[]>('values');
    for (const value of values) expect(value).toMatchObject({ exchange: { id: 'sim' }, symbol: btc, stale: false });
    expect(await read('problems')).toEqual([]);
  });

  test('after a restart of the server, trades continue without a gap or a duplicate', async () => {
    venue.holdTrades(btc);
    await open('/api/stream/trades/binance/BTC-USDT');
    await eventually(() => venue.subscriptions.length === 1);
    const ids = [execute(1), execute(2)];
    await eventually(async () => (await idsOf()).includes(ids.at(-1) ?? ''));
    const isComplete = async (): Promise<boolean> => (await idsOf()).at(-1) === ids.at(-1);
    await running.stop();
    ids.push(execute(3), execute(4), execute(5));
    await start();
    await eventually(isComplete);
    await eventually(() => venue.subscriptions.length === 1);
    ids.push(execute(6));
    await eventually(isComplete);
    expect(await idsOf()).toEqual(ids);
    expect(await read('openings')).toBe(2);
  });

  test('a restart before the first trade loses none', async () => {
    venue.holdTrades(btc);
    await open('/api/stream/trades/binance/BTC-USDT');
    await eventually(() => venue.subscriptions.length === 1);
    await eventually(() => read<boolean>('openings === 1'));
    await running.stop();
    const ids = [execute(1), execute(2)];
    await start();
    await eventually(async () => (await idsOf()).includes(ids[1] ?? ''));
    expect((await idsOf()).slice(-2)).toEqual(ids);
  });

  test('a restart while the exchange is away does not end the stream', async () => {
    await open('/api/stream/ticker/binance/BTC-USDT');
    await eventually(async () => (await read<number>('values.length')) >= 1);
    await running.stop();
    venue.fault({ kind: 'status', status: 503 });
    await start();
    await eventually(async () => (await read<number>('problems.length')) >= 1);
    expect(await read('problems[0]')).toMatchObject({ code: 'EXCHANGE_UNAVAILABLE', retryable: true });
    const before = await read<number>('values.length');
    venue.heal();
    await eventually(async () => (await read<number>('values.length')) > before);
    expect(await read('values.at(-1)')).toMatchObject({ symbol: btc, stale: false });
  });

  test('a subscription that is refused is requested once', async () => {
    const statuses: number[] = [];
    page.on('response', (response) => {
      if (response.url().includes('/api/')) statuses.push(response.status());
    });
    await open('/api/stream/ticker/sim/NO-SUCH');
    await eventually(() => read<boolean>('events.readyState === EventSource.CLOSED'));
    expect(statuses).toEqual([404]);
  });
});
