import { CombinedError } from 'urql';
import { expect, test } from 'vitest';
import { retryTime, toFailure } from '../../../web/src/client/error-text.ts';
import { SocketClosed } from '../../../web/src/client/socket-close.ts';

const error = (message: string, extensions: Readonly<Record<string, unknown>> = {}) => ({ message, extensions });

test('it has the sentences of the server, each once', () => {
  const graphQLErrors = [error('BTC/XXX is unknown.'), error('Kraken is down.'), error('Kraken is down.')];
  expect(toFailure(new CombinedError({ graphQLErrors }), 7)).toEqual({
    message: 'BTC/XXX is unknown. Kraken is down.',
    retryAfterMs: null,
    at: 7,
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
  expect(toFailure(new CombinedError({ networkError: new TypeError('Failed to fetch') }), 7)).toEqual({
    message: 'The server cannot be reached.',
    retryAfterMs: 5_000,
    at: 7,
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

test('it leaves out how long the server waits, which becomes wrong while it is shown', () => {
  const graphQLErrors = [
    error('kraken cannot be reached (BTC/USD); this server tries again in 35 s.', { retryable: true }),
    error('kraken cannot be reached (BTC/USD); this server is trying again now.', { retryable: true }),
    error('kraken is busy; it asks clients to wait 30 s.', { retryable: true }),
  ];
  expect(toFailure(new CombinedError({ graphQLErrors })).message).toBe(
    'kraken cannot be reached (BTC/USD). kraken is busy; it asks clients to wait 30 s.',
  );
});

test('the page tries again when the wait after the failure is over', () => {
  expect(retryTime({ message: 'kraken is busy.', retryAfterMs: 700, at: 1000 })).toBe(1700);
  expect(retryTime({ message: 'kraken has no such market.', retryAfterMs: null, at: 1000 })).toBeNull();
});
