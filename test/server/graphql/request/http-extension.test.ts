import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { withHttp } from '../../../../src/server/graphql/request/http-extension.ts';
import { toClientJson } from '../../../../src/server/http/messages/refusal.ts';

test('Yoga receives the status and headers of a refusal, and clients do not', () => {
  const extensions = { code: 'RATE_LIMITED', retryAfterMs: 1001 };
  const error = withHttp(new GraphQLError('no', { extensions }));
  const http = { status: 429, headers: { 'retry-after': '2' } };
  expect(error.toJSON()).toEqual({ message: 'no', extensions: { ...extensions, http } });
  expect(toClientJson(error)).toEqual({ message: 'no', extensions });
});

test('an error that is not a refusal is unchanged', () => {
  const error = new GraphQLError('no', { path: ['ticker'], extensions: { code: 'OVERLOADED' } });
  expect(withHttp(error)).toBe(error);
});
