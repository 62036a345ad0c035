import { expect, test } from 'vitest';
import { toClientError } from '../../../src/graphql/execution/errors.ts';
import { MarketDataError } from '../../../src/market/errors.ts';

const blocked = 'kraken blocks the address of this server';

test.each([
  { details: {}, told: { retryable: false, retryAfterMs: undefined } },
  { details: { retryAfterMs: 600_000 }, told: { retryable: true, retryAfterMs: 600_000 } },
])('a client is told to ask again where it is told when: $details', ({ details, told }) => {
  const { extensions } = toClientError(new MarketDataError('GEO_BLOCKED', blocked, details), () => {});
  expect(extensions).toMatchObject({ code: 'GEO_BLOCKED', ...told });
});
