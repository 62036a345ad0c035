import { describe, expect, it } from 'vitest';
import { suggest } from '../../src/base/suggest.ts';

const symbols = ['BTC/USDT', 'BTC/USDT:USDT', 'BTC/USD', 'BTC/USDC', 'ETH/USDT', 'ETH/BTC', 'SOL/USDT', 'DOGE/USDT'];
const ids = [
  'binance',
  'binanceus',
  'binanceusdm',
  'bitfinex',
  'bybit',
  'coinbase',
  'kraken',
  'krakenfutures',
  'okx',
  'sim',
];

describe('names that differ in case and separators come first', () => {
  it.each(['btc/usdt', 'BTC-USDT', 'btcusdt', 'BTC_USDT', 'btc usdt'])('%s', (asked) => {
    expect(suggest(asked, symbols)[0]).toBe('BTC/USDT');
  });

  it('names that begin with it come next', () => {
    expect(suggest('btc-usdt', symbols).slice(0, 2)).toEqual(['BTC/USDT', 'BTC/USDT:USDT']);
    expect(suggest('btcusdtusdt', symbols)[0]).toBe('BTC/USDT:USDT');
  });
});

it.each([
  ['karken', 'kraken'],
  ['krakn', 'kraken'],
  ['Kraken', 'kraken'],
  ['biannce', 'binance'],
  ['coinbse', 'coinbase'],
  ['OKEX', 'okx'],
])('%s: %s', (asked, intended) => {
  expect(suggest(asked, ids)[0]).toBe(intended);
});

it('a prefix finds the shortest name that begins with it', () => {
  expect(suggest('binan', ids)).toEqual(['binance', 'binanceus', 'binanceusdm']);
});

it('suggests at most three names', () => {
  expect(suggest('b', ids)).toHaveLength(3);
});

it.each(['', 'constructor', '__proto__', 'zzzzzzzz', 'x'.repeat(41), 'x'.repeat(1_000_000)])(
  'suggests nothing for a name that is not close to any: %.20j',
  (asked) => {
    expect(suggest(asked, ids)).toEqual([]);
  },
);

it('a name without letters or digits, or in another script, suggests nothing', () => {
  expect(suggest('///', symbols)).toEqual([]);
  expect(suggest('比特币', ids)).toEqual([]);
});

it('a name that is too long is rejected before any other name is compared', () => {
  let looked = 0;
  function* names() {
    for (let index = 0; index < 5000; index++) {
      looked += 1;
      yield `A${index}/USDT`;
    }
  }
  expect(suggest('x'.repeat(41), names())).toEqual([]);
  expect(looked).toBe(0);
  expect(suggest('a4999usdt', names())[0]).toBe('A4999/USDT');
  expect(looked).toBe(5000);
});

it('accepts any iterable and does not change it', () => {
  const names = new Map(symbols.map((symbol) => [symbol, 1]));
  expect(suggest('eth/btc', names.keys())[0]).toBe('ETH/BTC');
  expect([...names.keys()]).toEqual(symbols);
});
