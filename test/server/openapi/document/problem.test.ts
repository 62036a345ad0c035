import { expect, test } from 'vitest';
import { failureResponses, problemSchema, referToFailures } from '../../../../src/server/openapi/document/problem.ts';

/** The codes that the description of each response explains. */
const codes = Object.fromEntries(
  Object.entries(failureResponses).map(([name, { description }]) => [name, description.match(/^[A-Z_]+(?=:)/gm) ?? []]),
);

test('each response explains the codes of its status, and no others', () => {
  expect(codes).toEqual({
    BadRequest: ['BAD_USER_INPUT', 'QUERY_TOO_COMPLEX'],
    Unauthorized: ['UNAUTHENTICATED'],
    NotFound: ['EXCHANGE_NOT_FOUND', 'SYMBOL_NOT_FOUND', 'TIMEFRAME_NOT_SUPPORTED', 'NOT_SUPPORTED'],
    NotAcceptable: [],
    ContentTooLarge: [],
    UnsupportedMediaType: [],
    TooManyRequests: ['RATE_LIMITED', 'TOO_MANY_SUBSCRIPTIONS'],
    InternalServerError: ['INTERNAL_SERVER_ERROR'],
    BadGateway: ['GEO_BLOCKED', 'BAD_EXCHANGE_RESPONSE', 'AUTHENTICATION_REQUIRED'],
    ServiceUnavailable: ['OVERLOADED', 'EXCHANGE_UNAVAILABLE', 'SLOW_CONSUMER'],
    GatewayTimeout: ['TIMEOUT'],
  });
  for (const { description } of Object.values(failureResponses)) expect(description).not.toBe('');
});

test('429 is about the client, and 503 about the exchange that limits this server', () => {
  expect(failureResponses.TooManyRequests?.description).not.toContain('The exchange limits');
  expect(failureResponses.ServiceUnavailable?.description).toContain('RATE_LIMITED with `exchange`');
});

test('what asks clients to wait says how long', () => {
  const waiting = Object.entries(failureResponses).filter(([, { headers = {} }]) => 'Retry-After' in headers);
  expect(waiting.map(([name]) => name)).toEqual([
    'TooManyRequests',
    'BadGateway',
    'ServiceUnavailable',
    'GatewayTimeout',
  ]);
});

test('only requests with a body can have one that is wrong', () => {
  const statuses = (hasBody: boolean) => Object.keys(referToFailures(hasBody)).map(Number);
  expect(statuses(false)).toEqual([400, 401, 404, 406, 429, 500, 502, 503, 504]);
  expect(statuses(true).filter((status) => !statuses(false).includes(status))).toEqual([413, 415]);
});

test('a problem always has these members', () => {
  expect(problemSchema.required).toEqual(['type', 'title', 'status', 'detail', 'code', 'retryable']);
});
