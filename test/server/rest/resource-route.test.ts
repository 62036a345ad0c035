import { afterAll, beforeAll, expect, test } from 'vitest';
import { MarketDataError, marketDataErrorCodes } from '../../../src/market/errors.ts';
import { errorStatuses } from '../../../src/server/http/messages/statuses.ts';
import { type FakeServer, startServer } from '../../support/server.ts';

// Each way in which an exchange can fail, over HTTP.

let server: FakeServer;

beforeAll(async () => {
  server = await startServer({ fake: {} });
});

afterAll(() => server.stop());

const path = '/api/ticker/kraken/BTC-USD';

/** An internal error is masked, so what its message says never leaves the server. */
const sentence = 'This is what went wrong.';

test.each(marketDataErrorCodes)('an exchange that fails with %s gives the status of that code', async (code) => {
  server.marketData.set('BTC/USD', new MarketDataError(code, sentence, { exchange: 'kraken', retryAfterMs: 2500 }));
  const { status, headers, text } = await server.send({ path });
  const expected = code === 'RATE_LIMITED' || code === 'TOO_MANY_SUBSCRIPTIONS' ? 503 : errorStatuses[code];
  expect(status).toBe(expected);
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(headers['cache-control']).toBe('no-store');
  expect(headers['retry-after']).toBe('3');
  const problem = JSON.parse(text);
  expect(problem).toMatchObject({ type: 'about:blank', status, code, detail: sentence, exchange: 'kraken' });
  expect(Object.keys(problem)).not.toContain('errors');
});

test('several markets that all fail give the status of the first, with all problems', async () => {
  server.marketData.set('A/B', new MarketDataError('TIMEOUT', sentence, { exchange: 'kraken' }));
  server.marketData.set('C/D', new MarketDataError('GEO_BLOCKED', sentence, { exchange: 'kraken' }));
  const { status, text } = await server.send({ path: '/api/tickers/kraken?symbols=A-B,C-D' });
  expect(status).toBe(504);
  const { errors } = JSON.parse(text);
  expect(errors).toEqual([
    expect.objectContaining({ status: 504, code: 'TIMEOUT', path: ['tickers', 0] }),
    expect.objectContaining({ status: 502, code: 'GEO_BLOCKED', path: ['tickers', 1] }),
  ]);
});
