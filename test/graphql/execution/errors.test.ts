import { expect, test } from 'vitest';
import { toClientError } from '../../../src/graphql/execution/errors.ts';
import { MarketDataError } from '../../../src/market/errors.ts';

const message = 'kraken blocks the address of this server';

test.each([
  { details: {}, expected: { retryable: false, retryAfterMs: undefined } },
  { details: { retryAfterMs: 600_000 }, expected: { retryable: true, retryAfterMs: 600_000 } },
])('an error is retryable if it says when to retry: $details', ({ details, expected }) => {
  const { extensions } = toClientError(new MarketDataError('GEO_BLOCKED', message, details), () => {});
  expect(extensions).toMatchObject({ code: 'GEO_BLOCKED', ...expected });
});

test('an error about candles that are too old says where the history begins', () => {
  const error = new MarketDataError('BAD_USER_INPUT', 'too old', { isTooOld: true, oldest: 1_700_000_000_000 });
  const { extensions } = toClientError(error, () => {});
  expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', oldest: 1_700_000_000_000 });
});
