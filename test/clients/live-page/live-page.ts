import type { Browser, BrowserContextOptions } from 'playwright-core';
import { openPage, type WatchedPage } from '../examples/browser.ts';

/**
 * The live page in a browser, with what went wrong in it. What Content-Security-Policy refuses is among the complaints.
 */
export interface LivePage extends WatchedPage {
  /** How far parts of the page have moved by themselves, as Web Vitals measures it: the sum of all shifts. */
  readShift(): Promise<number>;
  /** Closes the page, and removes everything that it has kept. */
  close(): Promise<void>;
}

export const phone = { width: 390, height: 844 };
export const wide = { width: 1440, height: 900 };

const recordShifts = `
  globalThis.shift = 0;
  new PerformanceObserver((list) => {
    for (const { hadRecentInput, value } of list.getEntries()) if (!hadRecentInput) globalThis.shift += value;
  }).observe({ type: 'layout-shift', buffered: true });
`;

/** Shifts of a frame are known after it. */
const readShifts = 'new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(globalThis.shift))))';

/**
 * Opens the live page as a new visitor does, at a view such as `#/market/sim/BTC/USDT`. The server's address ends in a
 * slash where it has a path, as behind a proxy.
 */
export async function openLivePage(
  browser: Browser,
  server: string,
  view = '',
  options: BrowserContextOptions = {},
): Promise<LivePage> {
  const context = await browser.newContext({ viewport: wide, ...options });
  await context.addInitScript(recordShifts);
  const opened = await openPage(context, new URL(view, server).href);
  return {
    ...opened,
    readShift: () => opened.page.evaluate(readShifts),
    close: () => context.close(),
  };
}
