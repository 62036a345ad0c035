// Writes the pictures in docs/images: GraphiQL with the live example, and two views of the live page, all from
// `sim`. Run it after `npm run build`: `npx tsx scripts/screenshot.ts`. It needs Chromium at /usr/bin/chromium or at
// $CHROMIUM.
import { mkdirSync, writeFileSync } from 'node:fs';
import { pino } from 'pino';
import { type Browser, chromium, type Page } from 'playwright-core';
import { createApp } from '../src/app/create-app.ts';
import { loadConfig } from '../src/config/load-config.ts';

const folder = new URL('../docs/images/', import.meta.url);

async function takeGraphiQL(browser: Browser, url: string): Promise<Uint8Array> {
  const page = await browser.newPage({ viewport: { width: 1200, height: 480 }, colorScheme: 'light' });
  await page.goto(`${url}graphql`);
  await page.getByRole('tab', { name: 'Live' }).click();
  await page.locator('.graphiql-query-editor').getByText('tickersUpdated').waitFor();
  await page.getByRole('button', { name: 'Hide editor tools' }).click();
  await runUntilAnswered(page);
  return page.screenshot();
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

/** A view of the live page, a few seconds after it was opened. */
async function takeLivePage(browser: Browser, address: string, look: LivePageLook): Promise<Uint8Array> {
  const { colorScheme, height } = look;
  const page = await browser.newPage({ viewport: { width: 1280, height }, colorScheme });
  await page.goto(address);
  await page.locator('.connection[data-state="connected"]').waitFor();
  await page.waitForTimeout(5_000);
  return page.screenshot();
}

interface LivePageLook {
  readonly colorScheme: 'dark' | 'light';
  readonly height: number;
}

const config = loadConfig({ EXCHANGES: 'sim', PORT: '0' }, ['sim']);
const app = createApp({ config, log: pino({ level: 'silent' }) });
const url = `http://127.0.0.1:${await app.start()}/`;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  mkdirSync(folder, { recursive: true });
  const images = {
    'graphiql.png': await takeGraphiQL(browser, url),
    'live-page-dark.png': await takeLivePage(browser, `${url}#/market/sim/BTC/USDT?timeframe=1h`, {
      colorScheme: 'dark',
      height: 800,
    }),
    'live-page-light.png': await takeLivePage(browser, url, { colorScheme: 'light', height: 600 }),
  };
  for (const [name, image] of Object.entries(images)) {
    writeFileSync(new URL(name, folder), image);
    process.stdout.write(`docs/images/${name}: ${image.length} bytes\n`);
  }
} finally {
  await browser.close();
  await app.stop({ atOnce: true });
}
