import { expect, test } from 'vitest';
import { clientErrorCodes } from '../../../../src/graphql/execution/error-codes.ts';
import { errorStatuses, toStatus } from '../../../../src/server/http/messages/statuses.ts';

test('every error code has a status', () => {
  expect(Object.keys(errorStatuses).sort()).toEqual([...clientErrorCodes].sort());
});

test.each([
  [{ code: 'RATE_LIMITED' }, 429],
  [{ code: 'RATE_LIMITED', exchange: 'kraken' }, 503],
  [{ code: 'SYMBOL_NOT_FOUND', exchange: 'kraken' }, 404],
  [{ code: 'TIMEOUT', exchange: 'kraken' }, 504],
  [{}, 400],
])('%j is %i', (extensions, status) => {
  expect(toStatus(extensions)).toBe(status);
});
