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

test('tickers are ranked once for each set of criteria, however many pages of them are taken', async () => {
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
  const all = allOf(tickers);
  const first = async (count: number, given: Partial<ScreenCriteria> = {}) =>
    (await rankings.first(all, { ...criteria, ...given }, count)).map(({ symbol }) => symbol);
  expect(await first(2)).toEqual(['3/USD', '2/USD']);
  expect(reads).toBe(3);
  expect(await first(1000)).toEqual(['3/USD', '2/USD', '1/USD']);
  expect(reads).toBe(3);
  expect(await first(1, { order: 'ASC' })).toEqual(['1/USD']);
  expect(reads).toBe(6);
});

test('a page says that its tickers are stale, and how they came', async () => {
  const tickers = [tickerOf({ symbol: 'A/USD', last: 2 }), tickerOf({ symbol: 'B/USD', last: 1, stale: true })];
  const rankings = new ScreenRankings();
  const page = async (given: Partial<AllTickers>) =>
    (await rankings.first(allOf(tickers, given), criteria, 5)).map(({ symbol, stale, source }) => [
      symbol,
      stale,
      source,
    ]);
  expect(await page({})).toEqual([
    ['A/USD', false, 'FETCH'],
    ['B/USD', true, 'FETCH'],
  ]);
  expect(await page({ source: 'POLL' })).toEqual([
    ['A/USD', false, 'POLL'],
    ['B/USD', true, 'POLL'],
  ]);
  expect(await page({ stale: true })).toEqual([
    ['A/USD', true, 'FETCH'],
    ['B/USD', true, 'FETCH'],
  ]);
});

test('many screens of new tickers take turns, and the same ones wait for one ranking', async () => {
  let reads = 0;
  const slow = {
    get last(): number {
      reads += 1;
      const until = performance.now() + 6;
      while (performance.now() < until);
      return 1;
    },
  };
  const all = allOf([Object.create(tickerOf({ symbol: 'A/USD' }), Object.getOwnPropertyDescriptors(slow))]);
  const rankings = new ScreenRankings();
  let turns = 0;
  const count = (): void => {
    turns += 1;
    if (reads < 3) setImmediate(count);
  };
  setImmediate(count);
  const quotes = [null, 'USD', 'USD', null];
  const orders = ['ASC', 'DESC'] as const;
  const screens = orders.flatMap((order) => quotes.map((quote) => ({ ...criteria, order, quote })));
  await Promise.all(screens.map((each) => rankings.first(all, each, 1)));
  expect(reads).toBe(4);
  expect(turns).toBeGreaterThan(1);
});
