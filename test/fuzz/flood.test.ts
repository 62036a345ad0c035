import { expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { playFlood } from './flood.ts';

const megabyte = 1024 * 1024;

// A short run of what `npm run fuzz` does at length.
test('documents that come once leave next to nothing, and large subscriptions no more than they may', async () => {
  const app = await startServer({ measured: { exchanges: ['sim'], lingerMs: 0, maxSubscriptionMb: 8 } });
  try {
    const report = await playFlood(app, { documents: 4000, subscriptions: 120 });
    const { before, afterDocuments, withSubscriptions, after, subscriptions } = report;
    // Answers are kept, too: some 2,300 of these have one, 21 MB on Node 24. What is left of 8,000 documents would be
    // 100 MB and more.
    expect((afterDocuments.heap - before.heap) / megabyte).toBeLessThan(30);
    expect((withSubscriptions.heap - afterDocuments.heap) / megabyte).toBeLessThan(16);
    expect((after.heap - before.heap) / megabyte).toBeLessThan(30);
    expect([...subscriptions.keys()].sort()).toEqual(['TOO_MANY_SUBSCRIPTIONS', 'open']);
    expect(subscriptions.get('open')).toBeGreaterThan(10);
    expect(Object.values(after.counts).every((count) => count === 0)).toBe(true);
    expect(app.failures).toEqual([]);
  } finally {
    await app.stop();
  }
}, 120_000);
