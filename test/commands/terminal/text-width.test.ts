import { expect, test } from 'vitest';
import { cutToWidth, padToWidth, widthOf } from '../../../src/commands/terminal/text-width.ts';

test.each([
  ['BTC/USD', 7],
  ['', 0],
  ['币安人生/USDT', 13],
  ['ﾊﾝｶｸ', 4],
  ['Ａ１', 4],
  ['🚀', 2],
  ['é', 1],
  ['e\u0301', 1],
])('%j takes %d columns', (text, width) => {
  expect(widthOf(text)).toBe(width);
});

test.each([
  ['BTC/USD', 3, 'BTC'],
  ['币安人生', 5, '币安'],
  ['🚀🚀', 3, '🚀'],
  ['e\u0301e', 1, 'e\u0301'],
  ['BTC', 9, 'BTC'],
])('%j cut to %d columns is %j', (text, width, expected) => {
  expect(cutToWidth(text, width)).toBe(expected);
});

test('padding counts columns, and takes nothing away', () => {
  expect([padToWidth('币', 4), padToWidth('abc', 4), padToWidth('币币币', 4)]).toEqual(['币  ', 'abc ', '币币币']);
});
