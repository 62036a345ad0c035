import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readPageFile } from '../support/page-code.ts';
import { findFreePort } from '../support/programs/loopback-program.ts';
import { type AppServer, startServer } from '../support/server.ts';
import { eventually } from '../support/socket-client.ts';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const said = 'http://localhost:4000/graphql';

describe.runIf(existsSync(executablePath) || process.env.CI)('EventSource in a browser', () => {
  let browser: Browser;
  let port: number;
  let running: AppServer;
  let page: Page;
  let statuses: number[];
  let html = '';
  let siteUrl: string;
  /** Serves the page's file, and a subscription that the server has completed. */
  const site = createServer(({ url }, response) => {
    if (!url?.startsWith('/graphql')) return response.setHeader('content-type', 'text/html').end(html);
    const events = 'event: next\ndata: {"data":{"tickerUpdated":{"last":1}}}\n\nevent: complete\ndata:\n\n';
    return response.setHeader('content-type', 'text/event-stream').end(events);
  });

  beforeAll(async () => {
    await once(site.listen(0, '127.0.0.1'), 'listening');
    siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-sync'],
    });
    port = await findFreePort();
  });

  afterAll(async () => {
    await browser.close();
    site.close();
  });

  beforeEach(async () => {
    running = await startServer({ config: { port, lingerMs: 0 } });
    page = await browser.newPage();
    statuses = [];
    page.on('response', (response) => {
      if (response.url().startsWith(running.url)) statuses.push(response.status());
    });
  });

  afterEach(async () => {
    await page.close();
    await running.stop();
  });

  /** Opens the page's file from a server of its own, another origin than TickQL's. */
  async function open(changes: Readonly<Record<string, string>> = {}): Promise<void> {
    html = readPageFile('ticker.html', { [said]: running.url, ...changes });
    await page.goto(siteUrl);
  }

  /** Resolves when the page shows it. */
  async function shows(pattern: RegExp): Promise<void> {
    await page.locator('#last').getByText(pattern).waitFor();
  }

  function isClosed(): Promise<boolean> {
    return page.evaluate('events.readyState === EventSource.CLOSED');
  }

  test('it shows the price, and again after the server was restarted', async () => {
    await open();
    await shows(/^\d+(\.\d+)?$/);
    await running.stop();
    await page.evaluate('show("restarting")');
    running = await startServer({ config: { port, lingerMs: 0 } });
    await shows(/^\d+(\.\d+)?$/);
    expect(await isClosed()).toBe(false);
    expect(running.app.counts.operations).toBe(1);
  });

  test('a subscription that is refused says so and is asked for once', async () => {
    await open({ 'BTC/USDT': 'NO/SUCH' });
    await shows(/NO\/SUCH|refused/);
    await eventually(isClosed);
    expect(statuses.length).toBe(1);
  });

  test('a subscription that the server completes is not begun again', async () => {
    await open({ [said]: `${siteUrl}/graphql` });
    await shows(/^1$/);
    await eventually(isClosed);
  });
});
