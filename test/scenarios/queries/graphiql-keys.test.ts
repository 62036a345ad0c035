import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

const key = 'correct-horse-battery';

describe.skipIf(!existsSync(executablePath))('GraphiQL of a server that requires a key', () => {
  let running: AppServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    running = await startServer({ config: { apiKeys: [key], exchanges: ['sim'], pollIntervalMs: 250 } });
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
    page = await browser.newPage();
    await page.goto(running.url);
  });

  afterAll(async () => {
    await browser.close();
    await running.stop();
  });

  const result = () => page.locator('.result-window');

  /** GraphiQL takes a moment to take over a tab or a header; a click within it does nothing, or asks without it. */
  async function executeUntil(text: string): Promise<void> {
    const isShown = async (): Promise<boolean> => (await result().innerText()).includes(text);
    for (let attempt = 0; attempt < 10 && !(await isShown()); attempt++) {
      await page.getByRole('button', { name: /Execute query/ }).click();
      await eventually(isShown, 2000).catch(() => {});
    }
    expect(await result().innerText()).toContain(text);
  }

  async function writeHeader(): Promise<void> {
    await page.getByRole('button', { name: 'Headers', exact: true }).click();
    await page.locator('.graphiql-editor-tool .graphiql-editor:visible').click();
    await page.keyboard.insertText(JSON.stringify({ Authorization: `Bearer ${key}` }));
  }

  test('says that it needs a key, and where', async () => {
    await page.getByRole('tab', { name: 'TickerAndCandles', selected: true }).waitFor();
    await result().getByText('UNAUTHENTICATED').waitFor();
    expect((await result().innerText()).replace(/\s+/g, ' ')).toContain('Authorization: Bearer <key>');
  });

  test('sends the key of its headers tab with a query', async () => {
    await writeHeader();
    await executeUntil('"ticker"');
  });

  test('sends the key of its headers tab with a subscription', async () => {
    await page.getByRole('tab', { name: 'Live' }).click();
    await page.locator('.graphiql-query-editor').getByText('tickersUpdated').waitFor();
    await writeHeader();
    await executeUntil('"tickersUpdated"');
    await eventually(() => running.app.counts.subscribers > 0);
  });

  test('forgets the key when the tab is closed', async () => {
    const stored = await page.evaluate('JSON.stringify({ ...localStorage })');
    expect(stored).toContain('tickersUpdated');
    expect(stored).not.toContain(key);
    await page.close();
    await eventually(() => running.app.counts.subscribers === 0);
  });
});
