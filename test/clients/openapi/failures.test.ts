import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schema } from '../../../src/graphql/schema/schema.ts';
import { MarketDataError, type MarketDataErrorCode, marketDataErrorCodes } from '../../../src/market/errors.ts';
import { createOpenApi } from '../../../src/server/openapi/document/create-open-api.ts';
import type { Operation } from '../../../src/server/openapi/document/open-api.ts';
import { type AppServer, type FakeServer, startServer } from '../../support/server.ts';
import { DescribedAnswers, type GivenAnswer } from './described-answer.ts';

// Every way in which a request can fail gives an answer that the document describes.

const document = createOpenApi({ schema, version: '1', requiresKey: true });
const answers = new DescribedAnswers(document);

function operationAt(path: string, method: 'get' | 'post' = 'get'): Operation {
  const operation = document.paths[path]?.[method];
  if (!operation) throw new Error(`the document has no ${method} ${path}`);
  return operation;
}

const ticker = operationAt('/api/ticker/{exchange}/{symbol}');
const tickers = operationAt('/api/tickers/{exchange}');
const historical = operationAt('/api/historical', 'post');
const stream = operationAt('/api/stream/ticker/{exchange}/{symbol}');

/** After these, an exchange can be paused: the error says for how long. */
const pausing: ReadonlySet<MarketDataErrorCode> = new Set([
  'RATE_LIMITED',
  'EXCHANGE_UNAVAILABLE',
  'OVERLOADED',
  'GEO_BLOCKED',
  'TIMEOUT',
  'BAD_EXCHANGE_RESPONSE',
]);

describe('an exchange fails', () => {
  let server: FakeServer;

  beforeAll(async () => {
    server = await startServer({ fake: { startTimeoutMs: 200 } });
  });

  afterAll(() => server.stop());

  test.each(marketDataErrorCodes)('with %s', async (code) => {
    const details = pausing.has(code) ? { retryAfterMs: 2500 } : { suggestions: ['BTC/USDT'], timeframe: '1m' };
    server.marketData.set(
      'BTC/USD',
      new MarketDataError(code, 'No.', { exchange: 'kraken', symbol: 'A/B', ...details }),
    );
    const one = await server.send({ path: '/api/ticker/kraken/BTC-USD' });
    const some = await server.send({ path: '/api/tickers/kraken?symbols=BTC-USD,BTC-USD' });
    const live = await server.send({ path: '/api/stream/ticker/kraken/BTC-USD' });
    expect([one, some, live].map(({ status }) => status >= 400)).toEqual([true, true, true]);
    expect(answers.findFaults(ticker, one)).toEqual([]);
    expect(answers.findFaults(tickers, some)).toEqual([]);
    expect(answers.findFaults(stream, live)).toEqual([]);
  });
});

describe('the server refuses', () => {
  let server: AppServer;

  beforeAll(async () => {
    server = await startServer({
      config: { exchanges: ['sim'], apiKeys: ['a-key-of-this-test', 'poor'], requestsPerMinute: 25 },
    });
  });

  afterAll(() => server.stop());

  const path = '/api/ticker/sim/BTC-USDT';
  const json = { 'content-type': 'application/json' };
  const key = { authorization: 'Bearer a-key-of-this-test' };

  function expectRefused(operation: Operation, status: number, answer: GivenAnswer): void {
    expect([answer.status, answers.findFaults(operation, answer)]).toEqual([status, []]);
  }

  function post(body: string, headers: Readonly<Record<string, string>>): Promise<GivenAnswer> {
    return server.send({ method: 'POST', path: '/api/historical', headers: { ...key, ...headers }, body });
  }

  test('a client without a key, and says how to send one', async () => {
    const answer = await server.send({ path });
    expectRefused(ticker, 401, answer);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(Object.keys(document.components.responses.Unauthorized?.headers ?? {})).toEqual(['WWW-Authenticate']);
  });

  test('what the client does not accept', async () => {
    expectRefused(ticker, 406, await server.send({ path, headers: { ...key, accept: 'image/png' } }));
    const live = { path: '/api/stream/ticker/sim/BTC-USDT', headers: { ...key, accept: 'application/json' } };
    expectRefused(stream, 406, await server.send(live));
  });

  test('bodies that are too large, of another type, compressed in an unknown way, or no object', async () => {
    expectRefused(historical, 413, await post(' '.repeat(2_000_000), json));
    expectRefused(historical, 415, await post('{}', { 'content-type': 'text/plain' }));
    expectRefused(historical, 415, await post('{}', { ...json, 'content-encoding': 'zip' }));
    expectRefused(historical, 400, await post('[]', json));
    expectRefused(historical, 400, await post('{"exchange":"sim"}', json));
  });

  test('a client that has used up its quota, and says how long to wait', async () => {
    const headers = { authorization: 'Bearer poor' };
    const all = await Promise.all(Array.from({ length: 30 }, () => server.send({ path, headers })));
    const refused = all.find(({ status }) => status === 429);
    if (!refused) throw new Error('no request was over the quota');
    expectRefused(ticker, 429, refused);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });
});
