import { expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { playFlood } from './flood.ts';

const megabyte = 1024 * 1024;

// A short version of the flood in `npm run fuzz`.
test('documents that are sent once leave almost no memory in use, and large subscriptions stay within their limit', async () => {
  const app = await startServer({ measured: { exchanges: ['sim'], lingerMs: 0, maxSubscriptionMb: 8 } });
  try {
    const report = await playFlood(app, { documents: 4000, subscriptions: 120 });
    const { before, afterDocuments, withSubscriptions, after, subscriptions } = report;
    // Answers are cached, too: some 2,300 of the documents have one, 21 MB on Node 24. If all 8,000 documents were kept, they
    // would use more than 100 MB.
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
