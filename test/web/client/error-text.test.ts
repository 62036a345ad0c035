import { CombinedError } from 'urql';
import { expect, test } from 'vitest';
import { toFailure } from '../../../web/src/client/error-text.ts';
import { SocketClosed } from '../../../web/src/client/socket-close.ts';

const error = (message: string, extensions: Readonly<Record<string, unknown>> = {}) => ({ message, extensions });

test('it has the sentences of the server, each once', () => {
  const graphQLErrors = [error('BTC/XXX is unknown.'), error('Kraken is down.'), error('Kraken is down.')];
  expect(toFailure(new CombinedError({ graphQLErrors }))).toEqual({
    message: 'BTC/XXX is unknown. Kraken is down.',
    retryAfterMs: null,
  });
});

test('it may pass if one of the errors may, after the longest of the waits', () => {
  const errors = [
    error('a', { retryable: true, retryAfterMs: 700 }),
    error('b', { retryable: true, retryAfterMs: 900 }),
    error('c', { retryable: false, retryAfterMs: 99_000 }),
  ];
  expect(toFailure(new CombinedError({ graphQLErrors: errors })).retryAfterMs).toBe(900);
  expect(toFailure(new CombinedError({ graphQLErrors: [error('a', { retryable: true })] })).retryAfterMs).toBe(5_000);
});

test('without an answer, it says what happened to the connection', () => {
  expect(toFailure(new CombinedError({ networkError: new TypeError('Failed to fetch') }))).toEqual({
    message: 'The server cannot be reached.',
    retryAfterMs: 5_000,
  });
  const closed = new SocketClosed({ code: 4429, reason: 'Too many sockets' });
  expect(toFailure(new CombinedError({ networkError: closed })).message).toBe(
    'The server closed the connection: Too many sockets.',
  );
});

test('an answer that is not GraphQL has its status', () => {
  const response = new Response('<h1>502 Bad Gateway</h1>', { status: 502 });
  expect(toFailure(new CombinedError({ networkError: new Error('Bad Gateway'), response })).message).toContain('502');
});
