// Writes docs/images/graphiql.png, the picture in the README: GraphiQL with the live example, run against `sim`.
// Run it after `npm run build`: `npx tsx scripts/screenshot.ts`. It needs Chromium at /usr/bin/chromium or at $CHROMIUM.
import { mkdirSync, writeFileSync } from 'node:fs';
import { pino } from 'pino';
import { chromium, type Page } from 'playwright-core';
import { createApp } from '../src/app/create-app.ts';
import { loadConfig } from '../src/config/load-config.ts';

const file = new URL('../docs/images/graphiql.png', import.meta.url);

async function takeScreenshot(url: string): Promise<Uint8Array> {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1200, height: 480 }, colorScheme: 'light' });
    await page.goto(url);
    await page.getByRole('tab', { name: 'Live' }).click();
    await page.locator('.graphiql-query-editor').getByText('tickersUpdated').waitFor();
    await page.getByRole('button', { name: 'Hide editor tools' }).click();
    await runUntilAnswered(page);
    return await page.screenshot();
  } finally {
    await browser.close();
  }
}

/** GraphiQL needs a moment to switch tabs: a click within that moment runs nothing. */
async function runUntilAnswered(page: Page): Promise<void> {
  const stop = page.getByRole('button', { name: /Stop query/ });
  for (let attempt = 0; attempt < 10 && !(await stop.isVisible()); attempt++) {
    await page.getByRole('button', { name: /Execute query/ }).click();
    await stop.waitFor({ timeout: 2000 }).catch(() => {});
  }
  await page.locator('.result-window').getByText('tickersUpdated').waitFor();
}

const config = loadConfig({ EXCHANGES: 'sim', PORT: '0' }, ['sim']);
const app = createApp({ config, log: pino({ level: 'silent' }) });
const port = await app.start();
try {
  const image = await takeScreenshot(`http://127.0.0.1:${port}/graphql`);
  mkdirSync(new URL('.', file), { recursive: true });
  writeFileSync(file, image);
  process.stdout.write(`docs/images/graphiql.png: ${image.length} bytes\n`);
} finally {
  await app.stop({ atOnce: true });
}
