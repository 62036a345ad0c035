import { expect, test } from 'vitest';
import { home, screener } from '../../../web/src/address/address.ts';
import { quoteOf, rankMarkets } from '../../../web/src/search/rank-markets.ts';

/** BTC/USDT:USDT is a swap, BTC/USD a spot market. */
function toMarket(symbol: string, active: boolean | null = true) {
  const [base = '', quote = ''] = symbol.split(/[/:]/);
  return { symbol, base, quote, active, type: symbol.includes(':') ? 'SWAP' : 'SPOT' };
}

const symbols = [
  'BTC/AUD',
  'BTC/EUR',
  'BTC/USD',
  'BTC/USD:BTC',
  'BTC/USDT:USDT',
  'BTC/USDT',
  'BTCDOM/USDT',
  'WBTC/BTC',
];
const markets = symbols.map((symbol) => toMarket(symbol));
const rank = (text: string, preferredQuote: string | null) =>
  rankMarkets(markets, text, preferredQuote).map(({ symbol }) => symbol);

test('the usual pairs of the coin come first, spot before swap; the rest keeps its order', () => {
  const usual = [
    'BTC/USDT',
    'BTC/USDT:USDT',
    'BTC/USD',
    'BTC/USD:BTC',
    'BTC/EUR',
    'BTC/AUD',
    'BTCDOM/USDT',
    'WBTC/BTC',
  ];
  expect(rank('btc', null)).toEqual(usual);
  expect(rank('btc/u', null)).toEqual(symbols);
});

test('the quote currency of the view comes before the usual ones', () => {
  expect(rank('BTC', 'AUD').slice(0, 2)).toEqual(['BTC/AUD', 'BTC/USDT']);
});

test('what is not traded comes after what is, and each market once', () => {
  const both = [toMarket('BTC/USDT', false), toMarket('BTC/EUR', null), toMarket('BTC/AUD'), toMarket('BTC/AUD')];
  expect(rankMarkets(both, 'btc', null).map(({ symbol }) => symbol)).toEqual(['BTC/EUR', 'BTC/AUD', 'BTC/USDT']);
});

test('the quote currency of a view is that of its market, of its filter or of most markets of its list', () => {
  const list = ['ETH/BTC', 'BTC/USD:BTC', 'SOL/USD'].map((symbol) => ({ exchange: 'kraken', symbol }));
  expect(quoteOf({ kind: 'market', exchange: 'sim', symbol: 'BTC/USDT:USDT', timeframe: null })).toBe('USDT');
  expect(quoteOf({ ...screener, quote: 'EUR' })).toBe('EUR');
  expect(quoteOf({ ...home, markets: list })).toBe('USD');
  expect([screener, { ...screener, quote: '' }, home].map(quoteOf)).toEqual([null, null, null]);
});
