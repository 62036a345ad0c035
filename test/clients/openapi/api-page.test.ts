import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';
import { hasBrowser, launchBrowser, openPage } from '../examples/browser.ts';

describe.runIf(hasBrowser)('the page of the REST API in a browser', { timeout: 60_000 }, () => {
  let browser: Browser;
  let running: AppServer;

  beforeAll(async () => {
    [browser, running] = await Promise.all([launchBrowser(), startServer({ config: { exchanges: ['sim'] } })]);
  });

  afterAll(async () => {
    await browser.close();
    await running.stop();
  });

  test('it requests nothing more, complains of nothing, and its examples answer', async () => {
    const { page, complaints, origins } = await openPage(browser, `${running.origin}/api`);
    expect(await page.title()).toContain('TickQL');
    expect(await page.evaluate("performance.getEntriesByType('resource').length")).toBe(0);
    const links = await page
      .locator('a[href^="/api/"]')
      .evaluateAll((found) => found.map((link) => link.getAttribute('href')));
    const examples = links.flatMap((link) => (link && !link.startsWith('/api/stream/') ? [link] : []));
    expect(examples.length).toBeGreaterThan(10);
    const statuses = await Promise.all(examples.map(async (path) => [path, (await running.send({ path })).status]));
    expect(statuses).toEqual(examples.map((path) => [path, 200]));
    expect([complaints, [...origins]]).toEqual([[], []]);
  });
});
