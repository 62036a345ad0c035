import { describe, expect, test } from 'vitest';
import { findByName, matchExchanges, parseSearch } from '../../../web/src/search/parse-search.ts';
import { toExchanges } from './exchanges.ts';

const exchanges = toExchanges({
  binance: 'Binance',
  binanceus: 'Binance US',
  gate: 'Gate.io',
  kraken: 'Kraken',
  krakenfutures: 'Kraken Futures',
  sim: 'Simulated exchange',
  woo: 'WOO X',
});

describe('parseSearch', () => {
  test.each([
    ['btc usdt', 'btc usdt', []],
    ['kraken btc/usd', 'btc/usd', ['kraken']],
    ['  BTC   Kraken ', 'BTC', ['kraken']],
    ['gate.io eth', 'eth', ['gate']],
    ['kraken binance btc', 'btc', ['kraken', 'binance']],
    ['kraken KRAKEN btc', 'btc', ['kraken']],
    ['krak btc', 'krak btc', []],
    ['kraken:BTC/USD', 'BTC/USD', ['kraken']],
    ['kraken:BTC/USDT:USDT', 'BTC/USDT:USDT', ['kraken']],
    ['BTC/USDT:USDT', 'BTC/USDT:USDT', []],
    ['kraken:', 'kraken:', []],
    ['', '', []],
    ['/', '/', []],
  ])('%j looks for %j on %j', (input, text, named) => {
    expect(parseSearch(input, exchanges)).toEqual({ text, named, type: null });
  });

  test('names without other words are a text, because they can be those of coins', () => {
    expect(parseSearch('woo', exchanges)).toEqual({ text: 'woo', named: [], type: null });
    expect(parseSearch('woo usdt', exchanges)).toEqual({ text: 'usdt', named: ['woo'], type: null });
    expect(parseSearch('woo/usdt', exchanges)).toEqual({ text: 'woo/usdt', named: [], type: null });
  });

  test.each([
    ['eth swap', 'eth', 'SWAP', []],
    ['kraken eth/usd Spot', 'eth/usd', 'SPOT', ['kraken']],
    ['btc option usd', 'btc usd', 'OPTION', []],
    ['btc future', 'btc', 'FUTURE', []],
    ['swap', 'swap', null, []],
    ['kraken swap', 'swap', null, ['kraken']],
  ])('%j looks for %j of the type %s', (input, text, type, named) => {
    expect(parseSearch(input, exchanges)).toEqual({ text, type, named });
  });
});

describe('matchExchanges', () => {
  test.each([
    ['kraken', ['kraken', 'krakenfutures']],
    ['bin', ['binance', 'binanceus']],
    ['binance us', ['binanceus']],
    ['futures', ['krakenfutures']],
    ['simulated', ['sim']],
    ['nothing', []],
    ['', []],
    ['/', []],
  ])('%j finds %j, the nearest first', (text, found) => {
    expect(matchExchanges(text, exchanges)).toEqual(found);
  });

  test('names no more than fit on the page', () => {
    const many = toExchanges(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`x${index}`, `X ${index}`])));
    expect(matchExchanges('x', many)).toHaveLength(8);
  });
});

test('findByName takes the id or the name, whatever its case and its spaces', () => {
  expect(findByName('KRAKEN', exchanges)).toBe('kraken');
  expect(findByName('kraken futures', exchanges)).toBe('krakenfutures');
  expect(findByName('krake', exchanges)).toBeNull();
  expect(findByName('.', exchanges)).toBeNull();
});
