import { expect, test } from 'vitest';
import { alignCells, toAge, toCells } from '../../../src/commands/watch/format-ticker.ts';
import type { WatchedTicker } from '../../../src/commands/watch/watched-ticker.ts';

const now = Date.UTC(2026, 0, 1);

const ticker: WatchedTicker = {
  symbol: 'BTC/USD',
  last: 64_250.1,
  percentage: 1.234,
  bid: 64_250,
  ask: 64_250.2,
  timestamp: now - 400,
  receivedAt: now - 100,
  source: 'STREAM',
  stale: false,
  exchange: { simulated: false },
};

test('a line has price, change, bid and ask, the age by the exchange’s clock, and the source', () => {
  const cells = ['kraken', 'BTC/USD', '64,250.1', '+1.23%', '64,250 / 64,250.2', '0.4 s', 'stream'];
  expect(toCells('kraken', ticker, now)).toEqual(cells);
});

test('a stale ticker is marked, and so is one that is made up', () => {
  const other = { ...ticker, stale: true, exchange: { simulated: true } };
  expect(toCells('sim', other, now).slice(-2)).toEqual(['STALE', 'made up']);
});

test('what the exchange does not send is a hyphen; without its time, the age counts from the arrival', () => {
  const cells = toCells('x', { ...ticker, last: null, percentage: null, bid: null, timestamp: null }, now);
  expect(cells.slice(2, 6)).toEqual(['-', '-', '- / 64,250.2', '0.1 s']);
});

test('a small price has all its digits', () => {
  expect(toCells('x', { ...ticker, last: 1.23e-8 }, now)[2]).toBe('0.0000000123');
});

test.each([
  [0, '0.0 s'],
  [9900, '9.9 s'],
  [59_999, '59 s'],
  [150_000, '2 min'],
  [3 * 3_600_000, '3 h'],
  [Number.POSITIVE_INFINITY, 'age unknown'],
])('an age of %d ms is written %s', (ageMs, text) => {
  expect(toAge(ageMs)).toBe(text);
});

test('a symbol has no characters that a terminal would obey', () => {
  expect(toCells('x', { ...ticker, symbol: '\u001b[2JBTC\n' }, now)[1]).toBe('[2JBTC');
});

test('columns with wide characters stand under each other, too', () => {
  expect(
    alignCells([
      ['币安人生', '1'],
      ['BTC', '2'],
    ]),
  ).toEqual(['币安人生  1', 'BTC       2']);
});

test('the columns of all lines stand under each other', () => {
  expect(
    alignCells([
      ['a', 'bbb', 'c'],
      ['aa', 'b'],
      ['a', 'b', 'cc', 'd'],
    ]),
  ).toEqual(['a   bbb  c', 'aa  b', 'a   b    cc  d']);
});
