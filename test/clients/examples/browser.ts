import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** CI has a browser; elsewhere its tests are skipped without one. */
export const hasBrowser = existsSync(executablePath) || Boolean(process.env.CI);

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-sync'],
  });
}

/** A page, and what went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  /** Exceptions, and errors and warnings in the console. */
  readonly complaints: readonly string[];
  /** The origins, other than its own, to which the page sent requests or opened WebSockets. */
  readonly origins: ReadonlySet<string>;
}

export async function openPage(browser: Browser | BrowserContext, url: string): Promise<WatchedPage> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  const origins = new Set<string>();
  const note = (address: string): void => {
    const { origin } = new URL(address.replace(/^ws/, 'http'));
    if (origin !== new URL(url).origin && !address.startsWith('data:')) origins.add(origin);
  };
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('request', (request) => note(request.url()));
  page.on('websocket', (socket) => note(socket.url()));
  // The wait before a client connects again is random: here a short one. The ids of operations are random, too, and have
  // to differ.
  await page.addInitScript('const random = Math.random; Math.random = () => random() / 4');
  await page.goto(url);
  return { page, complaints, origins };
}
