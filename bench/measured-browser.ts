import { readdirSync, readFileSync } from 'node:fs';
import { type BrowserContext, chromium } from 'playwright-core';
import { readCpuMs } from './built-server.ts';

/** Chromium without a GPU, whose CPU time is known. */
export interface MeasuredBrowser {
  /** A context that has kept nothing. Pages in it may be watched with scripts, whatever their policy is. */
  newContext(): Promise<BrowserContext>;
  /** The CPU time that all its processes have used so far, in ms. */
  cpuMs(): number;
  close(): Promise<void>;
}

export async function launchMeasuredBrowser(): Promise<MeasuredBrowser> {
  const server = await chromium.launchServer({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  const browser = await chromium.connect(server.wsEndpoint());
  const { pid } = server.process();
  return {
    newContext: () => browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true }),
    cpuMs: () => descendantsOf(pid).reduce((sum, each) => sum + readCpuMs(each), 0),
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

/** The process and all that it has started, directly or not. */
function descendantsOf(pid: number | undefined): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? readParent(name) : null;
    if (parent !== null) parents.set(Number(name), parent);
  }
  const isInside = (each: number | undefined): boolean =>
    each !== undefined && (each === pid || isInside(parents.get(each)));
  return [...parents.keys()].filter(isInside);
}

/** Null if the process has ended meanwhile. */
function readParent(name: string): number | null {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1]);
  } catch {
    return null;
  }
}
