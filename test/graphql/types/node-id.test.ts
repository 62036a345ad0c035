import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  parseNodeId,
  toFundingRateId,
  toMarketId,
  toOrderBookId,
  toTickerId,
  toTradeId,
} from '../../../src/graphql/types/node-id.ts';
import type { Trade } from '../../../src/market/model/trade.ts';

const symbols = [
  'BTC/USDT',
  'BTC/USDT:USDT',
  'BTC/USD:BTC-261225',
  'ETH/USD:ETH-261225-3000-C',
  '币安人生/USDT',
  'Market:kraken:BTC/USD',
  '20:BTC/USDT',
  'A B\n/$C',
];

test.each(symbols)('the symbol %j is parsed from every kind of id', (symbol) => {
  const name = { exchange: 'okx', symbol };
  expect(parseNodeId(toMarketId(name))).toEqual({ type: 'Market', ...name });
  expect(parseNodeId(toTickerId(name))).toEqual({ type: 'Ticker', ...name });
  expect(parseNodeId(toFundingRateId(name))).toEqual({ type: 'FundingRate', ...name });
  for (const limit of [1, 20, 1000]) {
    expect(parseNodeId(toOrderBookId(name, limit))).toEqual({ type: 'OrderBook', ...name, limit });
  }
});

test("the id of an exchange is ccxt's own id", () => {
  expect(parseNodeId('kraken')).toEqual({ type: 'Exchange', exchange: 'kraken' });
  expect(parseNodeId('constructor')).toEqual({ type: 'Exchange', exchange: 'constructor' });
});

test.each([
  '',
  ':',
  'kraken:BTC/USD',
  'Market:',
  'Market:kraken',
  'Market:kraken:',
  'Market::BTC/USD',
  'market:kraken:BTC/USD',
  'Exchange:kraken',
  'Candle:kraken:BTC/USD',
  'FundingRate:kraken',
  'OrderBook:kraken:BTC/USD',
  'OrderBook:kraken:020:BTC/USD',
  'OrderBook:kraken:-1:BTC/USD',
  'OrderBook:kraken:1e3:BTC/USD',
  'OrderBook:kraken:9999999999:BTC/USD',
])('%j is not the id of a node', (id) => {
  expect(() => parseNodeId(id)).toThrow(
    expect.objectContaining({ code: 'BAD_USER_INPUT', message: expect.stringContaining('is not the id of a node') }),
  );
});

test('the id of a trade has a message of its own, and no message is as long as the id', () => {
  expect(() => parseNodeId('Trade:kraken:BTC/USD:7')).toThrow('query the trades of its market');
  expect(() => parseNodeId(`x:${'a'.repeat(5000)}`)).toThrow(
    expect.objectContaining({ message: expect.stringMatching(/^.{1,500}$/) }),
  );
});

function trade(fields: Partial<Trade>): Trade {
  return {
    ...{ exchange: 'okx', symbol: 'BTC/USDT', id: null, timestamp: 1000, price: 5, amount: 1, cost: 5, side: 'buy' },
    ...fields,
  };
}

test('the id of a trade consists of its market and what distinguishes it there', () => {
  expect(toTradeId(trade({ id: '7' }))).toBe('Trade:okx:BTC/USDT:7');
  expect(toTradeId(trade({}))).toBe('Trade:okx:BTC/USDT:1000,buy,5,1,1');
  expect(toTradeId(trade({ nth: 2, side: null, amount: 1e-9 }))).toBe('Trade:okx:BTC/USDT:1000,,5,1e-9,2');
  // An id that the exchange also uses for other trades is ignored.
  expect(toTradeId(trade({ id: '7', nth: 1 }))).toBe('Trade:okx:BTC/USDT:1000,buy,5,1,1');
});

test('no two different trades have the same id, whatever the ids of exchanges look like', () => {
  const parts = ['BTC/USDT', ':', 'USDT', '1000,buy,5,1,1', '7', '%3A', '%', ',', '\ud800'];
  const text = fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 3 }).map((some) => some.join(''));
  const name = fc.record({ symbol: text, id: fc.option(text), amount: fc.constantFrom(1, 2) });
  const one = (fields: object) => JSON.stringify(fields);
  fc.assert(
    fc.property(name, name, (a, b) => {
      const [first, second] = [a, b].map((fields) => (fields.id === null ? fields : { ...fields, amount: 1 }));
      fc.pre(one(first ?? a) !== one(second ?? b));
      expect(toTradeId(trade(first ?? a))).not.toBe(toTradeId(trade(second ?? b)));
    }),
    { numRuns: 5000 },
  );
});
