import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { toRefusal, withRefusal } from '../../src/server/refusal.ts';

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
])('%j has a status of its own, which Yoga is told as well', (extensions, refusal) => {
  const error = new GraphQLError('no', { extensions });
  expect(toRefusal(error)).toEqual(refusal);
  expect(withRefusal(error).toJSON()).toEqual({ message: 'no', extensions: { ...extensions, http: refusal } });
});

test.each([
  ['another code', { extensions: { code: 'BAD_USER_INPUT' } }],
  ['an exchange’s', { extensions: { code: 'RATE_LIMITED', exchange: 'kraken' } }],
  ['a field’s', { path: ['ticker'], extensions: { code: 'OVERLOADED' } }],
])('%s has none', (_what, options) => {
  const error = new GraphQLError('no', options);
  expect(toRefusal(error)).toBeNull();
  expect(withRefusal(error)).toBe(error);
});
