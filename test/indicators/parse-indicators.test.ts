import { expect, test } from 'vitest';
import { type IndicatorInput, indicatorKinds, nameOf } from '../../src/indicators/indicator.ts';
import { candlesPerDay, parseIndicators } from '../../src/indicators/parse-indicators.ts';
import { MarketDataError } from '../../src/market/errors.ts';

test('each kind has its defaults', () => {
  const names = parseIndicators(
    indicatorKinds.map((kind) => ({ kind })),
    '1h',
  ).map(nameOf);
  expect(names).toEqual([
    'SMA(20)',
    'EMA(20)',
    'RSI(14)',
    'MACD(12,26,9)',
    'BOLLINGER(20,2)',
    'ATR(14)',
    'VWAP',
    'STOCHASTIC(14,3)',
    'OBV',
    'ADX(14)',
  ]);
});

test('null counts as left out, and the order and repetitions are kept', () => {
  const inputs: readonly IndicatorInput[] = [
    { kind: 'EMA', period: 5, fast: null },
    { kind: 'SMA', period: null },
    { kind: 'EMA', period: 5 },
    { kind: 'MACD', slow: 30 },
    { kind: 'BOLLINGER', deviations: 2.5 },
  ];
  const names = parseIndicators(inputs, '1h').map(nameOf);
  expect(names).toEqual(['EMA(5)', 'SMA(20)', 'EMA(5)', 'MACD(12,30,9)', 'BOLLINGER(20,2.5)']);
});

test.each<[IndicatorInput, string]>([
  [{ kind: 'SMA', period: 0 }, 'period of SMA is 0; it must be from 1 to 500.'],
  [{ kind: 'SMA', period: -3 }, 'period of SMA is -3; it must be from 1 to 500.'],
  [{ kind: 'EMA', period: 501 }, 'period of EMA is 501; it must be from 1 to 500.'],
  [{ kind: 'RSI', period: 1 }, 'period of RSI is 1; it must be from 2 to 500.'],
  [{ kind: 'ADX', period: 1 }, 'period of ADX is 1; it must be from 2 to 500.'],
  [{ kind: 'BOLLINGER', period: 1 }, 'period of BOLLINGER is 1; it must be from 2 to 500.'],
  [{ kind: 'BOLLINGER', deviations: 0 }, 'deviations of BOLLINGER is 0; it must be greater than 0, and at most 100.'],
  [{ kind: 'BOLLINGER', deviations: 1e300 }, 'it must be greater than 0, and at most 100.'],
  [{ kind: 'MACD', fast: 26 }, 'fast of MACD is 26 and slow is 26; fast must be less than slow.'],
  [{ kind: 'MACD', fast: 30, slow: 20 }, 'fast of MACD is 30 and slow is 20; fast must be less than slow.'],
  [{ kind: 'MACD', signal: 0 }, 'signal of MACD is 0; it must be from 1 to 500.'],
  [{ kind: 'MACD', period: 14 }, 'MACD takes no period; it takes fast, slow, signal.'],
  [{ kind: 'SMA', deviations: 2 }, 'SMA takes no deviations; it takes period.'],
  [{ kind: 'OBV', period: 14 }, 'OBV takes no period; it takes no parameters.'],
  [{ kind: 'STOCHASTIC', slow: 3 }, 'STOCHASTIC takes no slow; it takes period, signal.'],
  [{ kind: 'VWAP', period: 0 }, 'period of VWAP is 0; it must be from 1 to 500.'],
])('%o is refused', (input, sentence) => {
  expect(() => parseIndicators([{ kind: 'SMA' }, input], '1h')).toThrow(MarketDataError);
  expect(() => parseIndicators([{ kind: 'SMA' }, input], '1h')).toThrow(sentence);
});

test('there must be from 1 to 20 of them', () => {
  expect(() => parseIndicators([], '1h')).toThrow('of is empty: name at least one indicator');
  const many = (count: number): readonly IndicatorInput[] => new Array<IndicatorInput>(count).fill({ kind: 'SMA' });
  expect(parseIndicators(many(20), '1h')).toHaveLength(20);
  expect(() => parseIndicators(many(21), '1h')).toThrow('of has 21 entries; it may have at most 20.');
});

test('VWAP begins anew with each day only if a day has several candles, but not too many', () => {
  for (const timeframe of ['10s', '1m', '1h', '7h', '12h']) {
    expect(parseIndicators([{ kind: 'VWAP' }], timeframe)).toEqual([{ kind: 'VWAP', period: null }]);
  }
  for (const timeframe of ['1d', '24h', '1w', '1M', '1y']) {
    expect(() => parseIndicators([{ kind: 'VWAP' }], timeframe)).toThrow(
      `the timeframe ${timeframe} is not shorter than a day: give a period, which is a number of candles.`,
    );
    expect(parseIndicators([{ kind: 'VWAP', period: 20 }], timeframe)).toEqual([{ kind: 'VWAP', period: 20 }]);
  }
  expect(() => parseIndicators([{ kind: 'VWAP' }], '1s')).toThrow('has 86400 candles a day, more than 10000: give');
});

test.each([
  ['1m', 1440],
  ['7h', 4],
  ['1d', 1],
  ['1M', 1],
])('a day has at most %s × %d', (timeframe, count) => {
  expect(candlesPerDay(timeframe)).toBe(count);
});
