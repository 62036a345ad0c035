import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { toRefusal, toStreamRefusal } from '../../../../src/server/http/messages/refusal.ts';

test.each([
  [{ code: 'UNAUTHENTICATED' }, { status: 401, headers: { 'www-authenticate': 'Bearer' } }],
  [
    { code: 'RATE_LIMITED', retryAfterMs: 1001 },
    { status: 429, headers: { 'retry-after': '2' } },
  ],
  [{ code: 'RATE_LIMITED' }, { status: 429, headers: {} }],
  [{ code: 'QUERY_TOO_COMPLEX' }, { status: 400, headers: {} }],
  [
    { code: 'OVERLOADED', retryAfterMs: 500 },
    { status: 503, headers: { 'retry-after': '1' } },
  ],
])('%j has its own status', (extensions, refusal) => {
  const error = new GraphQLError('no', { extensions });
  expect(toRefusal(error)).toEqual(refusal);
});

test.each([
  ['another code', { extensions: { code: 'BAD_USER_INPUT' } }],
  ['an exchange’s', { extensions: { code: 'RATE_LIMITED', exchange: 'kraken' } }],
  ['a field’s', { path: ['ticker'], extensions: { code: 'OVERLOADED' } }],
])('%s has no status', (_what, options) => {
  const error = new GraphQLError('no', options);
  expect(toRefusal(error)).toBeNull();
});

test.each([
  [{ code: 'BAD_USER_INPUT' }, 400],
  [{ code: 'SYMBOL_NOT_FOUND', exchange: 'kraken' }, 400],
  [{ code: 'NOT_SUPPORTED', exchange: 'kraken' }, 400],
  [{ code: 'QUERY_TOO_COMPLEX' }, 400],
  [{ code: 'UNAUTHENTICATED' }, 401],
  [{ code: 'RATE_LIMITED' }, 429],
  [{ code: 'TOO_MANY_SUBSCRIPTIONS' }, 429],
  [{ code: 'TOO_MANY_SUBSCRIPTIONS', http: { status: 503, headers: {} } }, 503],
  [{ code: 'INTERNAL_SERVER_ERROR' }, 500],
  [{ code: 'BAD_EXCHANGE_RESPONSE', exchange: 'kraken' }, 502],
  [{ code: 'GEO_BLOCKED', exchange: 'kraken' }, 502],
  [{ code: 'AUTHENTICATION_REQUIRED', exchange: 'kraken' }, 502],
  [{ code: 'RATE_LIMITED', exchange: 'kraken' }, 503],
  [{ code: 'EXCHANGE_UNAVAILABLE', exchange: 'kraken' }, 503],
  [{ code: 'OVERLOADED', exchange: 'kraken' }, 503],
  [{ code: 'TIMEOUT', exchange: 'kraken' }, 504],
])('a subscription that %j refuses has the status %i, whatever its field', (extensions, status) => {
  const error = new GraphQLError('no', { path: ['tickerUpdated'], extensions });
  expect(toStreamRefusal(error).status).toBe(status);
});

test('the refusal of a subscription that can be retried has a Retry-After header', () => {
  const error = new GraphQLError('no', {
    extensions: { code: 'EXCHANGE_UNAVAILABLE', exchange: 'x', retryAfterMs: 1500 },
  });
  expect(toStreamRefusal(error).headers).toEqual({ 'retry-after': '2' });
});
