import fc from 'fast-check';
import { expect, test } from 'vitest';
import { candlesUntil, warmUpOf } from '../../src/indicators/warm-up.ts';

const alphas = fc.integer({ min: 2, max: 500 }).map((period) => 1 / period);
const remainders = fc.constantFrom(0.5, 0.01, 1e-6, 1e-12);

test('the weight of the beginning of an average has fallen far enough, and not one candle earlier', () => {
  fc.assert(
    fc.property(alphas, remainders, (alpha, remainder) => {
      const candles = candlesUntil(remainder, alpha, 1);
      expect((1 - alpha) ** candles).toBeLessThanOrEqual(remainder * (1 + 1e-9));
      expect((1 - alpha) ** (candles - 1)).toBeGreaterThan(remainder * (1 - 1e-9));
    }),
  );
});

test('so has the weight of the beginning of an average of averages, played through candle by candle', () => {
  fc.assert(
    fc.property(alphas, remainders, (alpha, remainder) => {
      let [first, second] = [1, 1];
      for (let candle = 0; candle < candlesUntil(remainder, alpha, 2); candle++) {
        first *= 1 - alpha;
        second += alpha * (first - second);
      }
      expect(second).toBeLessThanOrEqual(remainder * (1 + 1e-9));
      expect(second).toBeGreaterThan(remainder / 3);
    }),
  );
});

test('windows need exactly their candles, and averages many times their period', () => {
  expect(warmUpOf({ kind: 'SMA', period: 20 }, '1h')).toEqual({ before: 19, settled: 20 });
  expect(warmUpOf({ kind: 'BOLLINGER', period: 20, deviations: 2 }, '1h')).toEqual({ before: 19, settled: 20 });
  expect(warmUpOf({ kind: 'STOCHASTIC', period: 14, signal: 3 }, '1h')).toEqual({ before: 15, settled: 16 });
  expect(warmUpOf({ kind: 'VWAP', period: 30 }, '1h')).toEqual({ before: 29, settled: 30 });
  expect(warmUpOf({ kind: 'VWAP', period: null }, '1m')).toEqual({ before: 1440, settled: 1 });
  expect(warmUpOf({ kind: 'EMA', period: 20 }, '1h')).toEqual({ before: 278, settled: 48 });
  expect(warmUpOf({ kind: 'EMA', period: 1 }, '1h')).toEqual({ before: 1, settled: 1 });
  expect(warmUpOf({ kind: 'RSI', period: 14 }, '1h')).toEqual({ before: 388, settled: 78 });
  expect(warmUpOf({ kind: 'ATR', period: 14 }, '1h').before).toBe(387);
  expect(warmUpOf({ kind: 'ADX', period: 500 }, '1h').before).toBeLessThan(20_000);
});
