import { describe, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import { type AllTickers, isSameScreen, withLastKnown } from '../../../src/market/model/all-tickers.ts';
import type { Ticker } from '../../../src/market/model/ticker.ts';
import { tickerOf } from '../../support/fakes/fake-market-data.ts';

const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');

function allOf(tickers: readonly Partial<Ticker>[], missing: readonly string[] = []): AllTickers {
  const fields = {
    exchange: 'kraken',
    type: null,
    timestamp: null,
    receivedAt: 1,
    source: 'FETCH',
    stale: false,
  } as const;
  const errors = missing.length > 0 ? [{ symbols: missing, error: down }] : [];
  return { ...fields, tickers: tickers.map(tickerOf), missing: errors };
}

test('a screen is the same if only times differ', () => {
  const before = allOf([{ symbol: 'A/USD', last: 1, receivedAt: 1 }, { symbol: 'B/USD' }]);
  expect(isSameScreen(before, { ...before, receivedAt: 2, stale: false })).toBe(true);
  expect(isSameScreen(before, allOf([{ symbol: 'A/USD', last: 1, receivedAt: 2 }, { symbol: 'B/USD' }]))).toBe(true);
  expect(isSameScreen(before, { ...before, stale: true })).toBe(false);
  expect(isSameScreen(before, allOf([{ symbol: 'A/USD', last: 2 }, { symbol: 'B/USD' }]))).toBe(false);
  expect(isSameScreen(before, allOf([{ symbol: 'A/USD', last: 1 }, { symbol: 'C/USD' }]))).toBe(false);
  expect(isSameScreen(before, allOf([{ symbol: 'A/USD', last: 1 }]))).toBe(false);
});

describe('markets that could not be fetched', () => {
  const previous = allOf([
    { symbol: 'A/USD', last: 1, receivedAt: 10 },
    { symbol: 'A/USD:USD', last: 2, receivedAt: 10 },
    { symbol: 'B/USD:USD', last: 3, receivedAt: 5 },
  ]);

  test('keep their last known tickers, marked stale, for a while', () => {
    const next = allOf([{ symbol: 'A/USD', last: 9 }], ['A/USD:USD', 'B/USD:USD']);
    const { tickers, missing } = withLastKnown(next, previous, 10);
    expect(tickers).toMatchObject([
      { symbol: 'A/USD', last: 9, stale: false },
      { symbol: 'A/USD:USD', last: 2, stale: true },
    ]);
    expect(missing).toEqual(next.missing);
  });

  test('are the only ones that do', () => {
    const next = allOf([{ symbol: 'A/USD', last: 9 }]);
    expect(withLastKnown(next, previous, 0)).toBe(next);
    const delisted = allOf([], ['C/USD:USD']);
    expect(withLastKnown(delisted, previous, 0)).toBe(delisted);
  });
});
