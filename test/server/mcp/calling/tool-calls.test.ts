import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { MarketDataError, marketDataErrorCodes } from '../../../../src/market/errors.ts';
import { createMcpCalls, errorOf } from '../../../support/mcp-calls.ts';

const btc = { exchange: 'kraken', symbol: 'BTC/USD' };

describe('an error of the exchange', () => {
  test.each(marketDataErrorCodes)('%s is a tool error with its code and its sentence', async (code) => {
    const { call, marketData, recorded } = createMcpCalls();
    marketData.set('BTC/USD', new MarketDataError(code, 'This is what happened.', { exchange: 'kraken' }));
    const called = await call('get_ticker', btc);
    expect(errorOf(called)).toContain(`${code}: This is what happened.`);
    expect(called.data).toBeUndefined();
    expect(recorded).toEqual([['ticker', code]]);
  });

  test('says when to try again', async () => {
    const { call, marketData } = createMcpCalls();
    marketData.set('BTC/USD', new MarketDataError('RATE_LIMITED', 'Too much.', { retryAfterMs: 1500 }));
    expect(errorOf(await call('get_ticker', btc))).toContain('The same call can succeed after 2 s.');
    marketData.set('BTC/USD', new MarketDataError('TIMEOUT', 'Too slow.'));
    expect(errorOf(await call('get_ticker', btc))).toContain('The same call can succeed later.');
  });

  test('of one symbol does not affect the others', async () => {
    const { call, marketData } = createMcpCalls();
    marketData.set('BTC/USD', { last: 1 });
    marketData.set('ETH/USD', new MarketDataError('TIMEOUT', 'Too slow.'));
    const { data, text, result } = await call('get_tickers', { exchange: 'kraken', symbols: ['BTC/USD', 'ETH-USD'] });
    expect(result.isError).toBeUndefined();
    expect(data.tickers).toMatchObject([{ symbol: 'BTC/USD', last: 1 }]);
    expect(data.errors).toMatchObject([{ code: 'TIMEOUT', symbol: 'ETH/USD', retryable: true }]);
    expect(text).toContain('- TIMEOUT (ETH/USD): Too slow.');
  });
});

describe('an answer of which every part has failed is an error', () => {
  test('that names each reason once', async () => {
    const { call, marketData } = createMcpCalls();
    for (const symbol of ['A/B', 'C/D']) marketData.set(symbol, new MarketDataError('TIMEOUT', 'Too slow.'));
    marketData.set('E/F', new MarketDataError('SYMBOL_NOT_FOUND', 'No E/F.', { suggestions: ['E/G'] }));
    const called = await call('get_tickers', { exchange: 'kraken', symbols: ['A/B', 'C/D', 'E/F'] });
    expect(called.data).toBeUndefined();
    expect(errorOf(called)).toMatch(/^TIMEOUT: Too slow\./);
    expect(errorOf(called)).toMatch(
      /\n\nOther parts failed too:\n- SYMBOL_NOT_FOUND \(E\/F\): No E\/F\. Did you mean E\/G\?$/,
    );
    expect(errorOf(await call('list_exchanges', { ids: ['krakn'] }))).toContain('did you mean kraken?');
    expect(errorOf(await call('compare_exchanges', { exchanges: ['krakn'], symbol: 'A/B' }))).toContain('kraken');
  });

  test('but not if the rows are on another page', async () => {
    const { call, marketData } = createMcpCalls();
    marketData.set('A/B', new MarketDataError('TIMEOUT', 'Too slow.'));
    marketData.set('BTC/USD', { last: 1 });
    const values = { exchange: 'kraken', limit: 1 };
    const first = await call('get_tickers', { ...values, symbols: ['A/B', 'BTC/USD'] });
    expect(first.data).toMatchObject({ tickers: [], cut: { next: { after: 'A/B' } }, errors: [{ code: 'TIMEOUT' }] });
    const last = await call('get_tickers', { ...values, symbols: ['BTC/USD', 'A/B'], after: 'BTC/USD' });
    expect(last.data).toMatchObject({ tickers: [], errors: [{ code: 'TIMEOUT' }] });
  });
});

test.each([
  ['get_ticker', {}, ['exchange is missing.', 'symbol is missing.']],
  ['get_ticker', { ...btc, symbol: 3 }, ['symbol must be text, but it is 3.']],
  ['get_ticker', { ...btc, sybmol: 'x' }, ['There is no parameter "sybmol"; did you mean symbol?']],
  ['get_candles', { ...btc, limit: '5' }, ['limit must be a whole number, but it is "5".']],
  ['get_candles', { ...btc, limit: 0 }, ['limit']],
  ['get_candles', { ...btc, since: 'yesterday' }, ['use ISO-8601 with a time zone']],
  ['get_candles', { ...btc, since: 1_700_000_000 }, ['looks like seconds']],
  ['get_candles', { ...btc, timeframe: '1 hour' }, ['such as "15m"']],
  ['get_tickers', { exchange: 'kraken', symbols: ['BTC/USD'], limit: 0 }, ['limit is 0; it must be from 1 to 1000.']],
  ['get_tickers', { exchange: 'kraken', symbols: ['BTC/USD'], after: 'X/Y' }, ['after is "X/Y"', 'cut.next']],
  ['get_indicators', { ...btc, of: [{ kind: 'RSX' }] }, ['of[0].kind', 'RSI']],
  ['screen_markets', { exchange: 'kraken', rankBy: 'VOLUME' }, ['rankBy must be one of', 'QUOTE_VOLUME']],
  ['search_markets', { exchange: 'kraken', first: 5000 }, ['first', '1000']],
])('wrong arguments of %s %j: the error says what would be right', async (tool, values, parts) => {
  const { call, recorded } = createMcpCalls();
  const error = errorOf(await call(tool, values));
  expect(error).toMatch(/^BAD_USER_INPUT: /);
  for (const part of parts) expect(error).toContain(part);
  expect(recorded).toEqual([[expect.any(String), 'BAD_USER_INPUT']]);
});

test.each([
  [
    'get_ticker',
    { exchange: 'qqqqqqqq', symbol: 'BTC/USD' },
    'EXCHANGE_NOT_FOUND: There is no exchange "qqqqqqqq"; list_exchanges lists all ids.',
  ],
  ['search_markets', { exchange: 'kraken', after: 'zz' }, 'use the value in cut.next of the last answer'],
  ['get_indicators', { ...btc, of: [] }, 'such as {"kind":"SMA","period":20}'],
])('errors name tools and their arguments, not fields of GraphQL: %s', async (tool, values, sentence) => {
  const { call, marketData } = createMcpCalls();
  marketData.fetchTickers = async (exchange) => {
    marketData.exchange(exchange);
    return new Map();
  };
  const error = errorOf(await call(tool, values));
  expect(error).toContain(sentence);
  expect(error).not.toMatch(/`|query|pageInfo|{ /);
  // The same help is not given twice.
  expect(error.match(/list_exchanges/g)?.length ?? 0).toBeLessThan(2);
});

test('a call that costs too much says so in its own words', async () => {
  const { call } = createMcpCalls({ maxCost: 1 });
  expect(errorOf(await call('get_candles', btc))).toMatch(
    /^QUERY_TOO_COMPLEX: This call costs \d+; .* Ask for fewer rows\./,
  );
});

test('the sentences about a thousand wrong values fit into an answer', async () => {
  const { call } = createMcpCalls();
  const symbols = Array.from({ length: 1000 }, (_, index) => index);
  const error = errorOf(await call('get_tickers', { exchange: 'kraken', symbols }));
  expect(error).toContain('symbols[0] must be text');
  expect(error.length).toBeLessThan(3000);
});

test('limits on cost and quotas are tool errors', async () => {
  const symbols = ['A/B', 'C/D', 'E/F'];
  const dear = createMcpCalls({ maxCost: 1 });
  expect(errorOf(await dear.call('get_tickers', { exchange: 'kraken', symbols }))).toContain('QUERY_TOO_COMPLEX: ');
  const used = createMcpCalls({ costPerMinute: 5 });
  expect(errorOf(await used.call('get_tickers', { exchange: 'kraken', symbols }))).toContain('RATE_LIMITED: ');
});

test('an unexpected error is masked and reported', async () => {
  const reported: unknown[] = [];
  const { call, marketData } = createMcpCalls({ onInternalError: (error) => reported.push(error) });
  const secret = new Error('https://user:password@exchange');
  marketData.fetchTickers = () => Promise.reject(secret);
  const error = errorOf(await call('get_ticker', btc));
  expect(error).toContain('INTERNAL_SERVER_ERROR: Something went wrong on this server.');
  expect(error).not.toContain('password');
  expect(reported).toEqual([secret]);
});

test('a call that is cancelled stops waiting at once, and leaves no listener', async () => {
  const { call, marketData } = createMcpCalls();
  marketData.set('BTC/USD', { last: 1 });
  const release = marketData.hold();
  const cancelled = new AbortController();
  const called = call('get_ticker', btc, cancelled.signal);
  cancelled.abort(new Error('no longer wanted'));
  await expect(called).rejects.toThrow('no longer wanted');
  release();
});

test('a stale value says so in both forms', async () => {
  const { call, marketData, clock } = createMcpCalls();
  const receivedAt = clock.now() - 90_000;
  marketData.set('BTC/USD', { last: 1, receivedAt, timestamp: receivedAt - 1000, stale: true });
  const { data, text } = await call('get_ticker', btc);
  expect(data.freshness).toEqual({
    exchangeTime: new Date(receivedAt - 1000).toISOString(),
    receivedAt: new Date(receivedAt).toISOString(),
    ageMs: 90_000,
    stale: true,
  });
  expect(text).toContain('STALE');
  expect(text).toContain('90 s old');
});

test('a history has the time of the newest row that it returns', async () => {
  const { call, marketData, clock } = createMcpCalls();
  const prices = { open: 1, high: 1, low: 1, close: 1, volume: 1, closed: true };
  const minutes = Array.from({ length: 600 }, (_, index) => clock.now() + index * 60_000);
  marketData.setCandles(minutes.map((timestamp) => ({ timestamp, ...prices })));
  for (const limit of [2, 600]) {
    const { data } = await call('get_candles', { ...btc, timeframe: '1m', since: minutes[0], limit });
    expect(data.cut.returned).toBeLessThan(600);
    expect(data.freshness.exchangeTime).toBe(data.candles.at(-1).datetime);
  }
});

test('a list is as old as its oldest value', async () => {
  const { call, marketData, clock } = createMcpCalls();
  const now = clock.now();
  marketData.set('BTC/USD', { last: 1, receivedAt: now - 10 });
  marketData.set('ETH/USD', { last: 2, receivedAt: now - 500, stale: true });
  const { data } = await call('get_tickers', { exchange: 'kraken', symbols: ['BTC/USD', 'ETH/USD'] });
  expect(data.freshness).toMatchObject({ ageMs: 500, stale: true });
  expect(data.tickers).toMatchObject([
    { ageMs: 10, stale: false },
    { ageMs: 500, stale: true },
  ]);
});

test('a call that is answered leaves no listener with its signal', async () => {
  const { call, marketData } = createMcpCalls();
  marketData.set('BTC/USD', { last: 1 });
  const { signal } = new AbortController();
  await call('get_ticker', btc, signal);
  await new Promise(setImmediate);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
