import { expect, it } from 'vitest';
import { isOlder, isUnchanged, type Ticker, tickerNumbers } from '../../../src/market/model/ticker.ts';

const ticker: Ticker = {
  ...{ exchange: 'kraken', symbol: 'BTC/USD', timestamp: 1000, receivedAt: 2000, source: 'FETCH', stale: false },
  ...{ last: 1, open: 1, high: 1, low: 1, close: 1, previousClose: null, bid: 1, bidVolume: 1, ask: 1, askVolume: 1 },
  ...{
    vwap: null,
    change: 0,
    percentage: 0,
    average: 1,
    baseVolume: 1,
    quoteVolume: 1,
    markPrice: null,
    indexPrice: null,
  },
};

it('other times or another source alone are not a change', () => {
  expect(isUnchanged(ticker, { ...ticker, timestamp: null, receivedAt: 9, source: 'POLL' })).toBe(true);
});

it.each(tickerNumbers)('another %s is a change', (field) => {
  expect(isUnchanged(ticker, { ...ticker, [field]: 7 })).toBe(false);
});

it('becoming stale is a change', () => {
  expect(isUnchanged(ticker, { ...ticker, stale: true })).toBe(false);
});

it.each([
  { name: "by the exchange's clock", next: { timestamp: 999, receivedAt: 3000 }, older: true },
  { name: "by ours, if the exchange's times are equal", next: { timestamp: 1000, receivedAt: 1 }, older: true },
  { name: 'by ours, if the exchange sends no time', next: { timestamp: null, receivedAt: 1999 }, older: true },
  { name: 'not by ours, if it was received later', next: { timestamp: null, receivedAt: 2001 }, older: false },
])('older: $name', ({ next, older }) => {
  expect(isOlder(ticker, { ...ticker, ...next })).toBe(older);
});

it('a time in the future does not block later tickers', () => {
  const wrong = { ...ticker, timestamp: ticker.receivedAt + 86_400_000 };
  const next = { ...ticker, timestamp: ticker.receivedAt + 1000, receivedAt: ticker.receivedAt + 1000 };
  expect(isOlder(wrong, next)).toBe(false);
  expect(isOlder(next, { ...wrong, receivedAt: next.receivedAt - 1 })).toBe(true);
});

it('our clock being set back by an hour does not block later tickers', () => {
  const previous = { ...ticker, timestamp: null };
  expect(isOlder(previous, { ...previous, receivedAt: previous.receivedAt - 1 })).toBe(true);
  expect(isOlder(previous, { ...previous, receivedAt: previous.receivedAt - 3_600_000 })).toBe(false);
});
