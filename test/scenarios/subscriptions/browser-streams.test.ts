import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const live = 'subscription { tickerUpdated(exchange: "sim", symbol: "BTC/USDT") { last } }';

describe.runIf(existsSync(executablePath) || process.env.CI)('in a browser', () => {
  let browser: Browser;
  let running: AppServer;
  let page: Page;

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-sync'],
    });
  });

  afterAll(() => browser.close());

  beforeEach(async () => {
    running = await startServer();
    page = await browser.newPage();
    await page.goto(new URL('/health', running.url).href);
  });

  afterEach(async () => {
    await page.close();
    await running.stop();
  });

  /** Opens an EventSource on a subscription; resolves with its first event, or with its state once it has an error. */
  function listen(query: string, { url: base } = running): Promise<string | number> {
    const url = `${base}?query=${encodeURIComponent(query)}`;
    const code = `new Promise((resolve) => {
      const source = new EventSource(${JSON.stringify(url)});
      source.addEventListener('next', ({ data }) => resolve(data));
      source.addEventListener('error', () => resolve(source.readyState));
    })`;
    return page.evaluate<string | number>(code);
  }

  const closedForGood = 2;

  test.each([
    ['is no document', 'subscription {'],
    ['asks for a field that there is not', 'subscription { nope }'],
    ['is of an unknown exchange', live.replace('sim', 'nowhere')],
    ['is too complex', live.replace('last', 'last '.repeat(60))],
  ])('an EventSource whose subscription %s connects once', async (_what, query) => {
    let dialled = 0;
    page.on('request', () => {
      dialled += 1;
    });
    expect(await listen(query)).toBe(closedForGood);
    expect(dialled).toBe(1);
  });

  test('an EventSource without the required key connects once', async () => {
    const locked = await startServer({ config: { apiKeys: ['a key of this test'] } });
    expect(await listen(live, locked)).toBe(closedForGood);
    await locked.stop();
  });

  test('an EventSource receives its events', async () => {
    expect(await listen(live)).toMatch(/^{"data":{"tickerUpdated":{"last":/);
    await page.goto('about:blank');
    await eventually(() => running.app.counts.operations === 0);
  });

  test.each([
    ['of the old protocol', "'graphql-ws'"],
    ['of another protocol', "'mqtt'"],
    ['without one', '[]'],
  ])('a WebSocket %s sees why it was closed', async (_what, protocols) => {
    const url = JSON.stringify(running.webSocketUrl);
    const code = `new Promise((resolve) => {
      new WebSocket(${url}, ${protocols}).addEventListener('close', ({ code, reason }) => resolve([code, reason]));
    })`;
    expect(await page.evaluate(code)).toEqual([
      4406,
      'Subprotocol not acceptable: this server speaks graphql-transport-ws, as the npm package graphql-ws does.',
    ]);
    await eventually(() => running.app.counts.sockets === 0);
  });
});
