import { expect, test } from 'vitest';
import { csvHeader, toCsvLines, toFileName, toIncompleteLine } from '../../../../src/server/rest/csv/candle-csv.ts';

test('each line ends as RFC 4180 wants, and has as many cells as the header', () => {
  const lines = [csvHeader, toCsvLines([[0, 1, 2, 3, 4, 5]]), toIncompleteLine('TIMEOUT')];
  expect(lines.map((line) => [line.split(',').length, line.endsWith('\r\n')])).toEqual(Array(3).fill([7, true]));
});

test.each([
  [1.5e-7, '0.00000015'],
  [-1e-10, '-0.0000000001'],
  [1.234e21, '1234000000000000000000'],
  [-1e21, '-1000000000000000000000'],
  [0.000001, '0.000001'],
  [0, '0'],
  [96313.88, '96313.88'],
])('%f is written without an exponent', (value, text) => {
  expect(toCsvLines([[0, value, 1, 1, 1, 1]])).toBe(`0,1970-01-01T00:00:00.000Z,${text},1,1,1,1\r\n`);
  expect(Number(text)).toBe(value);
});

test('the name of a file has no character that a header or a file system could misread', () => {
  expect(toFileName(['okx', 'BTC/USD:BTC-240628', '1h', null])).toBe('okx-BTC-USD-BTC-240628-1h.csv');
  expect(toFileName(['x"\r\ny', '../é'])).toBe('x-y-..-.csv');
});
