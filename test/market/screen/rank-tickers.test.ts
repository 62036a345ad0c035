import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Ticker } from '../../../src/market/model/ticker.ts';
import { type ScreenCriteria, screenRanks } from '../../../src/market/screen/criteria.ts';
import { rankTickers } from '../../../src/market/screen/rank-tickers.ts';
import { tickerOf } from '../../support/fakes/fake-market-data.ts';

const all: ScreenCriteria = { rankBy: 'LAST', order: 'DESC', quote: null, minQuoteVolume: null };

function symbolsOf(tickers: readonly Partial<Ticker>[], criteria: Partial<ScreenCriteria> = {}): readonly string[] {
  return rankTickers(tickers.map(tickerOf), { ...all, ...criteria }).map(({ symbol }) => symbol);
}

describe('a ranking', () => {
  test('leaves out markets without the figure, and equal ones are in the order of their symbols', () => {
    const tickers = [
      { symbol: 'B/USD', last: 1 },
      { symbol: 'A/USD', last: 1 },
      { symbol: 'C/USD', last: null },
      { symbol: 'D/USD', last: 0 },
    ];
    expect(symbolsOf(tickers)).toEqual(['A/USD', 'B/USD', 'D/USD']);
    expect(symbolsOf(tickers, { order: 'ASC' })).toEqual(['D/USD', 'A/USD', 'B/USD']);
  });

  test('by range and by spread compares shares of the price, not amounts', () => {
    const tickers = [
      { symbol: 'BIG/USD', high: 101, low: 100, bid: 100, ask: 101 },
      { symbol: 'SMALL/USD', high: 0.02, low: 0.01, bid: 0.01, ask: 0.02 },
      { symbol: 'FREE/USD', high: 1, low: 0, bid: 0, ask: 0 },
      { symbol: 'HALF/USD', high: 1, ask: 1 },
    ];
    expect(symbolsOf(tickers, { rankBy: 'RANGE' })).toEqual(['SMALL/USD', 'BIG/USD']);
    expect(symbolsOf(tickers, { rankBy: 'SPREAD' })).toEqual(['SMALL/USD', 'BIG/USD']);
  });

  test('knows the quote currency of every form of symbol, and never takes one for another', () => {
    const symbols = [
      'A/USDT',
      'A/USDT:USDT',
      'A/USD:A-261225',
      'A/USDT:USDT-261225-1-C',
      'A/usdt',
      'A/USD',
      'A-FS-1_PERP',
    ];
    const tickers = symbols.map((symbol) => ({ symbol, last: 1 }));
    expect(symbolsOf(tickers, { quote: 'USD' })).toEqual(['A/USD', 'A/USD:A-261225']);
    expect(symbolsOf(tickers, { quote: 'USDT' })).toEqual([
      'A/USDT',
      'A/USDT:USDT',
      'A/USDT:USDT-261225-1-C',
      'A/usdt',
    ]);
    expect(symbolsOf(tickers, { quote: '' })).toEqual(['A-FS-1_PERP']);
    expect(symbolsOf(tickers)).toHaveLength(symbols.length);
  });

  test('with a minimum leaves out markets whose quote volume is smaller or unknown', () => {
    const tickers = [
      { symbol: 'A/USD', last: 1, quoteVolume: 10 },
      { symbol: 'B/USD', last: 1, quoteVolume: 9.99 },
      { symbol: 'C/USD', last: 1, baseVolume: 100, vwap: 1 },
    ];
    expect(symbolsOf(tickers, { minQuoteVolume: 10 })).toEqual(['A/USD']);
    expect(symbolsOf(tickers, { minQuoteVolume: 0 })).toEqual(['A/USD', 'B/USD']);
  });
});

const number = fc.option(fc.oneof(fc.constantFrom(0, 1, 2), fc.double({ min: -1e9, max: 1e9, noNaN: true })));
const ticker = fc.record({
  symbol: fc.constantFrom('A', 'B', 'C', 'D', 'E').chain((base) => fc.constantFrom(`${base}/USD`, `${base}/USDT`)),
  last: number,
  change: number,
  percentage: number,
  quoteVolume: number,
  high: number,
  low: number,
  bid: number,
  ask: number,
});
const criteria = fc.record<ScreenCriteria>({
  rankBy: fc.constantFrom(...screenRanks),
  order: fc.constantFrom('ASC', 'DESC'),
  quote: fc.constantFrom(null, 'USD', 'USDT', 'EUR'),
  minQuoteVolume: fc.constantFrom(null, 0, 1.5),
});

/** The figure as the documentation of the schema defines it. */
function naiveFigure({ rankBy }: ScreenCriteria, each: Ticker): number | null {
  const { high, low, bid, ask } = each;
  switch (rankBy) {
    case 'QUOTE_VOLUME':
      return each.quoteVolume;
    case 'CHANGE':
      return each.change;
    case 'PERCENTAGE':
      return each.percentage;
    case 'LAST':
      return each.last;
    case 'RANGE':
      return high === null || low === null || low <= 0 ? null : ((high - low) / low) * 100;
    case 'SPREAD': {
      const middle = bid === null || ask === null ? 0 : bid / 2 + ask / 2;
      return bid === null || ask === null || middle <= 0 ? null : ((ask - bid) / middle) * 100;
    }
  }
}

test('a ranking is what a naive computation finds: each best one in turn', () => {
  fc.assert(
    fc.property(fc.uniqueArray(ticker, { selector: ({ symbol }) => symbol }), criteria, (given, wanted) => {
      const tickers = given.map(tickerOf);
      const left = new Set(
        tickers.filter((each) => {
          const isQuote = wanted.quote === null || each.symbol.endsWith(`/${wanted.quote}`);
          const isLarge = wanted.minQuoteVolume === null || (each.quoteVolume ?? -1) >= wanted.minQuoteVolume;
          const figure = naiveFigure(wanted, each);
          return isQuote && isLarge && figure !== null && Number.isFinite(figure);
        }),
      );
      for (const next of rankTickers(tickers, wanted)) {
        expect(left.has(next)).toBe(true);
        left.delete(next);
        for (const other of left) {
          const [a, b] = [naiveFigure(wanted, next) ?? 0, naiveFigure(wanted, other) ?? 0];
          const isBefore = wanted.order === 'ASC' ? a < b : a > b;
          expect(isBefore || (a === b && next.symbol < other.symbol)).toBe(true);
        }
      }
      expect(left.size).toBe(0);
    }),
  );
});
