import { describe, expect, test } from 'vitest';
import { toKey } from '../../../../web/src/base/market-ref.ts';
import { emptyRow, type Row, type Ticker } from '../../../../web/src/markets/live/row.ts';
import { nextSorting, sortMarkets } from '../../../../web/src/markets/table/sort-markets.ts';
import { exampleTicker } from '../live/example-ticker.ts';

const markets = ['A', 'B', 'C', 'D', 'E'].map((symbol) => ({ exchange: 'sim', symbol }));

/** The order of the markets by a column, if their prices, from A to E, are these; null stands for no prices yet. */
function order(by: string, descending: boolean, tickers: readonly (Partial<Ticker> | null)[]): string {
  const rows = new Map(markets.map((market, index) => [toKey(market), toRow(tickers[index] ?? null)]));
  const sorted = sortMarkets(markets, { by, descending }, (market) => rows.get(toKey(market)) ?? emptyRow);
  return sorted.map(({ symbol }) => symbol).join('');
}

function toRow(ticker: Partial<Ticker> | null): Row {
  return { ...emptyRow, ticker: ticker && exampleTicker(ticker) };
}

describe('sorts by', () => {
  test.each<[string, boolean, readonly (Partial<Ticker> | null)[], string]>([
    ['last', false, [3, 1, 2, 5, 4].map((last) => ({ last })), 'BCAED'],
    ['last', true, [3, 1, 2, 5, 4].map((last) => ({ last })), 'DEACB'],
    ['percentage', true, [-1, 0, 1, -20, 10].map((percentage) => ({ percentage })), 'ECBAD'],
    ['volume', false, [9, 10, 100, 1, 2].map((quoteVolume) => ({ quoteVolume })), 'DEABC'],
    ['age', false, [3, 1, 2, 5, 4].map((receivedAt) => ({ receivedAt })), 'DEACB'],
    ['spread', true, [1, 2, 3, 4, 5].map((step) => ({ bid: 100, ask: 100 + step })), 'EDCBA'],
    ['market', true, [], 'EDCBA'],
  ])('%s, descending: %s', (by, descending, tickers, expected) => {
    expect(order(by, descending, tickers)).toBe(expected);
  });

  test.each([false, true])('nulls are last, in the order of the list, descending: %s', (descending) => {
    const sorted = order('last', descending, [{ last: null }, { last: 2 }, null, { last: 1 }, { last: null }]);
    expect(sorted).toBe(descending ? 'BDACE' : 'DBACE');
  });

  test.each([false, true])('equal values stay in the order of the list, descending: %s', (descending) => {
    expect(
      order(
        'bid',
        descending,
        [1, 1, 1, 1, 1].map((bid) => ({ bid })),
      ),
    ).toBe('ABCDE');
  });
});

test('without a sorting, or with one that this version lacks, the list has its own order', () => {
  expect(sortMarkets(markets, null, () => emptyRow)).toBe(markets);
  expect(sortMarkets(markets, { by: 'colour', descending: true }, () => emptyRow)).toBe(markets);
});

test('clicks on a column sort it both ways, and then not at all', () => {
  const first = nextSorting({ by: 'bid', descending: false }, 'last');
  expect(first).toEqual({ by: 'last', descending: true });
  const second = nextSorting(first, 'last');
  expect(second).toEqual({ by: 'last', descending: false });
  expect(nextSorting(second, 'last')).toBeNull();
  expect(nextSorting(null, 'market')).toEqual({ by: 'market', descending: false });
});
