import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';
import { connect, eventually, subscribe } from '../../support/socket-client.ts';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

let running: AppServer;

beforeEach(async () => {
  // Its own page is no other's: it needs no leave to ask.
  running = await startServer({ config: { pollIntervalMs: 250, lingerMs: 100, corsOrigins: [] } });
});

afterEach(() => running.stop());

function open(headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(running.url, { headers: { accept: 'text/html', ...headers } });
}

test('a browser receives the page, compressed, and later only the status 304', async () => {
  const response = await open({ 'accept-encoding': 'gzip' });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/html');
  expect(response.headers.get('content-encoding')).toBe('gzip');
  const html = await response.text();
  expect(html).toContain('<title>TickQL</title>');
  for (const part of [
    'kraken',
    'markets',
    'tickersUpdated',
    'quoteUpdated',
    'indicators',
    'fundingRate',
    '"subscriptionsProtocol":"SSE"',
  ])
    expect(html).toContain(part);
  const again = await open({ 'if-none-match': response.headers.get('etag') ?? '' });
  expect(again.status).toBe(304);
});

test('the page has only the rights that it needs, and other pages cannot use it', async () => {
  const response = await open();
  const { etag = '', ...headers } = Object.fromEntries(response.headers);
  await response.text();
  expect(headers).toMatchObject({
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    vary: 'Accept, Accept-Encoding',
  });
  expect(headers).not.toHaveProperty('x-powered-by');
  expect(headers).not.toHaveProperty('server');
  const policy = headers['content-security-policy'] ?? '';
  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    expect.stringMatching(/^script-src 'sha256-[\w+/]{43}='$/),
    "style-src 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    'worker-src blob:',
    "connect-src 'self'",
  ]);
  const again = await open({ 'if-none-match': etag });
  expect(again.status).toBe(304);
  expect(again.headers.get('content-security-policy')).toBe(policy);
});

test('every initial tab runs at once, even if no exchange can be reached', async () => {
  const offline = await startServer({ config: { exchanges: ['sim'], lingerMs: 0 } });
  const client = connect(offline.webSocketUrl);
  const html = await (await open()).text();
  const tabs: readonly { query: string }[] = JSON.parse(/"defaultTabs":(\[\{.*?"\}\])/.exec(html)?.[1] ?? '[]');
  expect(tabs.length).toBeGreaterThan(3);
  for (const { query } of tabs) {
    const operation = subscribe(client, query);
    await operation.until(1);
    operation.stop();
    expect(operation.results.length).toBeGreaterThan(0);
    for (const result of operation.results) expect(result).toEqual({ data: expect.any(Object) });
    expect(JSON.stringify(operation.results)).not.toMatch(/null,|:\[\]/);
  }
  await client.dispose();
  await offline.stop();
});

test.each(['identity', 'gzip;q=0'])('a client without gzip receives the page uncompressed: %s', async (coding) => {
  const response = await open({ 'accept-encoding': coding });
  expect(response.headers.get('content-encoding')).toBeNull();
  expect(await response.text()).toContain('<title>TickQL</title>');
});

describe.skipIf(!existsSync(executablePath))('in a browser', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-sync'],
    });
  });

  afterAll(() => browser.close());

  test('the first tab answers at the first click', async () => {
    const page = await browser.newPage();
    await page.goto(running.url);
    await page.getByRole('tab', { name: 'TickerAndCandles', selected: true }).waitFor();
    await page.getByRole('button', { name: /Execute query/ }).click();
    await page.locator('.result-window').getByText('"ticker"').waitFor();
    expect(await page.locator('.result-window').innerText()).not.toContain('errors');
    await page.close();
  });

  test('the page loads nothing from elsewhere, and its live tab streams', async () => {
    const page = await browser.newPage();
    const foreign: string[] = [];
    const errors: string[] = [];
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).host !== new URL(running.url).host) {
        foreign.push(request.url());
      }
    });
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' || /Content.Security.Policy/i.test(message.text())) errors.push(message.text());
    });
    await page.goto(running.url);
    const live = page.getByRole('tab', { name: 'Live' });
    await live.waitFor();
    expect(await page.getByRole('tab').allInnerTexts()).toEqual(
      expect.arrayContaining(['TickerAndCandles', 'Markets', 'Quote', 'Screen', 'Indicators', 'Funding', 'Live']),
    );
    await live.click();
    await page.locator('.graphiql-query-editor').getByText('tickersUpdated').waitFor();
    // GraphiQL takes a moment to leave the operation of the tab before behind; a click within it runs nothing.
    const execute = page.getByRole('button', { name: /Execute query/ });
    const isLive = (): boolean => running.app.counts.subscribers === 1;
    for (let attempt = 0; attempt < 10 && !isLive(); attempt++) {
      await execute.click();
      await eventually(isLive, 1000).catch(() => {});
    }
    expect(isLive()).toBe(true);
    await page.locator('.result-window').getByText('tickersUpdated').waitFor();
    expect(foreign).toEqual([]);
    expect(errors).toEqual([]);
    await page.close();
    await eventually(() => running.app.counts.subscribers === 0);
  });
});
