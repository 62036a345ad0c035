import { expect, test } from 'vitest';
import type { AllTickers } from '../../../src/market/model/all-tickers.ts';
import type { Ticker } from '../../../src/market/model/ticker.ts';
import type { ScreenCriteria } from '../../../src/market/screen/criteria.ts';
import { ScreenRankings } from '../../../src/market/screen/screen-rankings.ts';
import { tickerOf } from '../../support/fakes/fake-market-data.ts';

const criteria: ScreenCriteria = { rankBy: 'LAST', order: 'DESC', quote: null, minQuoteVolume: null };

function allOf(tickers: readonly Ticker[], given: Partial<AllTickers> = {}): AllTickers {
  const fields = { exchange: 'kraken', type: null, missing: [], timestamp: null, receivedAt: 1 } as const;
  return { ...fields, tickers, source: 'FETCH', stale: false, ...given };
}

test('tickers are ranked once for each set of criteria, however many pages of them are taken', () => {
  let reads = 0;
  const tickers = [1, 2, 3].map((last) => {
    const ticker = tickerOf({ symbol: `${last}/USD`, last });
    return Object.create(ticker, {
      last: {
        get: () => {
          reads += 1;
          return last;
        },
      },
    });
  });
  const rankings = new ScreenRankings();
  const first = (count: number, given: Partial<ScreenCriteria> = {}) =>
    rankings.first(allOf(tickers), { ...criteria, ...given }, count).map(({ symbol }) => symbol);
  expect(first(2)).toEqual(['3/USD', '2/USD']);
  expect(reads).toBe(3);
  expect(first(1000)).toEqual(['3/USD', '2/USD', '1/USD']);
  expect(reads).toBe(3);
  expect(first(1, { order: 'ASC' })).toEqual(['1/USD']);
  expect(reads).toBe(6);
});

test('a page says that its tickers are stale, and how they came', () => {
  const tickers = [tickerOf({ symbol: 'A/USD', last: 2 }), tickerOf({ symbol: 'B/USD', last: 1, stale: true })];
  const rankings = new ScreenRankings();
  const page = (given: Partial<AllTickers>) =>
    rankings.first(allOf(tickers, given), criteria, 5).map(({ symbol, stale, source }) => [symbol, stale, source]);
  expect(page({})).toEqual([
    ['A/USD', false, 'FETCH'],
    ['B/USD', true, 'FETCH'],
  ]);
  expect(page({ source: 'POLL' })).toEqual([
    ['A/USD', false, 'POLL'],
    ['B/USD', true, 'POLL'],
  ]);
  expect(page({ stale: true })).toEqual([
    ['A/USD', true, 'FETCH'],
    ['B/USD', true, 'FETCH'],
  ]);
});
