import { expect, test } from 'vitest';
import { maxResultBytes } from '../../../../../src/server/mcp/presenting/report.ts';
import { createMcpCalls, errorOf } from '../../../../support/mcp-calls.ts';

const { call, marketData } = createMcpCalls();
marketData.set('BTC/USD', { last: 1 });

test('a value that stands alone is a list of one', async () => {
  const { data } = await call('get_tickers', { exchange: 'kraken', symbols: 'BTC-USD' });
  expect(data.tickers).toMatchObject([{ symbol: 'BTC/USD', last: 1 }]);
  expect((await call('compare_exchanges', { exchanges: 'kraken', symbol: 'BTC/USD' })).data.quote.median).toBe(1);
  expect((await call('list_exchanges', { ids: 'kraken' })).data.exchanges).toHaveLength(1);
  expect(
    (await call('get_indicators', { exchange: 'kraken', symbol: 'BTC/USD', of: { kind: 'RSI' } })).data,
  ).toBeDefined();
  expect(errorOf(await call('get_tickers', { exchange: 'kraken', symbols: {} }))).toContain('symbols[0] must be text');
});

test('null is left out, for lists too', async () => {
  const { data } = await call('list_exchanges', { ids: null, has: null });
  expect(data.exchanges).toHaveLength(2);
});

test.each([
  ['get_ticker', { exchange: '', symbol: 'BTC/USD' }, "exchange is empty. The exchange's id, such as kraken."],
  ['get_ticker', { exchange: 'kraken', symbol: ' ' }, 'symbol is empty. The symbol, such as BTC/USDT.'],
  [
    'search_markets',
    { exchange: 'kraken', base: '' },
    'base is empty: leave it out, or give it a value. Only markets of',
  ],
  ['search_markets', { exchange: 'kraken', after: '', search: '\t' }, 'search is empty: leave it out'],
  ['get_tickers', { exchange: 'kraken', symbols: ['BTC/USD', ''] }, 'symbols[1] is empty.'],
  ['get_tickers', { exchange: 'kraken', symbols: [] }, 'symbols is empty. Symbols such as BTC/USDT, at most 1000.'],
  ['list_exchanges', { ids: [] }, 'ids is empty: leave it out, or give it a value. Only these exchanges'],
  ['list_exchanges', { has: [] }, 'has is empty: leave it out, or give it a value.'],
  ['compare_exchanges', { exchanges: [], symbol: 'BTC/USD' }, 'exchanges is empty; give at least one id.'],
])('what is empty is not searched for: %s %j', async (tool, values, sentence) => {
  expect(errorOf(await call(tool, values))).toContain(`BAD_USER_INPUT: `);
  expect(errorOf(await call(tool, values))).toContain(sentence);
});

test.each([
  ['get_tickers', { exchange: 'kraken', symbols: 'BTC/USD,ETH/USD' }, 'symbols', '"BTC/USD,ETH/USD"'],
  ['list_exchanges', { ids: ' ["kraken"]' }, 'ids', '" [\\"kraken\\"]"'],
  [
    'get_indicators',
    { exchange: 'kraken', symbol: 'BTC/USD', of: '[{"kind":"RSI"}]' },
    'of',
    '"[{\\"kind\\":\\"RSI\\"}]"',
  ],
])('a list that is written as text is refused as such: %s', async (tool, values, name, given) => {
  const sentence = `${name} must be a list with an entry for each value, but it is the text ${given}.`;
  expect(errorOf(await call(tool, values))).toContain(sentence);
});

test.each([
  ['list_exchanges', { limit: 1e10 }, 'limit must be a whole number from 1 to 1000, but it is 10000000000.'],
  ['search_markets', { exchange: 'kraken', first: 0 }, 'first is 0; it must be from 1 to 1000.'],
])('a count that is out of range is refused with the range: %s %j', async (tool, values, sentence) => {
  expect(errorOf(await call(tool, values))).toContain(sentence);
});

const long = '"\u0001é😀'.repeat(30_000);

test.each([
  ['get_ticker', { exchange: 'kraken', symbol: long }, 'symbol is longer than 200 characters.'],
  ['get_ticker', { exchange: long, symbol: 'BTC/USD' }, 'exchange is longer than 200 characters.'],
  ['get_tickers', { exchange: 'kraken', symbols: ['BTC/USD', long] }, 'symbols[1] is longer than 200 characters.'],
  ['compare_exchanges', { exchanges: [long], symbol: 'BTC/USD' }, 'exchanges[0] is longer than 200 characters.'],
  ['list_exchanges', { ids: ['kraken', long] }, 'ids[1] is longer than 200 characters.'],
])('a text that is as long as a book is refused: %s', async (tool, values, sentence) => {
  const called = await call(tool, values);
  expect(errorOf(called)).toContain(sentence);
  expect(Buffer.byteLength(JSON.stringify(called.result))).toBeLessThan(1000);
});

test('many errors with the longest texts leave room for rows', async () => {
  const symbols = Array.from({ length: 300 }, (_, index) => `${'\u0001'.repeat(190)}${index}`);
  const { result, data, text } = await call('get_tickers', {
    exchange: 'kraken',
    symbols: [...symbols, 'BTC/USD'],
    limit: 1000,
  });
  expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThanOrEqual(maxResultBytes);
  expect(data.tickers).toMatchObject([{ symbol: 'BTC/USD' }]);
  expect(data.errors.length).toBeGreaterThan(1);
  expect(text).toContain(`- and ${300 - data.errors.length} more errors`);
});
