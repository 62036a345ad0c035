import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeServer, startServer } from '../../support/server.ts';

let server: FakeServer;

beforeAll(async () => {
  server = await startServer({ fake: { cached: true } });
});

afterAll(() => server.stop());

const audits = serverAudits({ url: () => server.url, fetchFn: fetch });

// Twice, since the second time answers may come from memory and documents are known.
test.each([...audits, ...audits].map((audit) => [audit.name, audit] as const))('%s', async (_name, audit) => {
  const result = await audit.fn();
  expect(result.status === 'ok' ? 'ok' : result.reason).toBe('ok');
});
