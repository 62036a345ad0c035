import { expect, test } from 'vitest';
import { changeOf, describeChart, formatTime } from '../../../../web/src/market/chart/chart-text.ts';
import { candleAt } from './candles/test-candles.ts';

const series = { exchange: 'sim', symbol: 'BTC/USDT', timeframe: '1m' };

test.each([
  ['1s', '30 Nov 2026, 15:14:03 UTC'],
  ['5m', '30 Nov 2026, 15:14 UTC'],
  ['1d', '30 Nov 2026 UTC'],
  ['1M', '30 Nov 2026 UTC'],
])('a time of %s is %s', (timeframe, expected) => {
  expect(formatTime(Date.UTC(2026, 10, 30, 15, 14, 3), timeframe)).toBe(expected);
});

test('a change goes from the first open to the last close', () => {
  expect(changeOf([candleAt(0, 120), candleAt(1, 150)])).toBe(50);
  expect(changeOf([])).toBeNull();
  expect(changeOf([{ ...candleAt(0), open: 0 }])).toBeNull();
});

test('a chart is described by its last close and by the change over what is in view', () => {
  const candles = [candleAt(0, 50), candleAt(1, 110), candleAt(2, 125)];
  const visible = { from: candleAt(1).timestamp, to: candleAt(2).timestamp };
  expect(describeChart(series, candles, visible, 0.01)).toBe(
    'Chart of BTC/USDT on sim with candles of 1 minute. Last close 125.00, 1 Jan 2026, 00:02 UTC. ' +
      'From 1 Jan 2026, 00:01 UTC to 1 Jan 2026, 00:02 UTC the price changed by +25.00%.',
  );
});

test('without candles it says so, and with none in view it says only the last close', () => {
  expect(describeChart(series, [], null, null)).toMatch(/There are no candles\.$/);
  expect(describeChart(series, [candleAt(0)], { from: 0, to: 1 }, 1)).toMatch(
    /Last close 100, 1 Jan 2026, 00:00 UTC\.$/,
  );
});
