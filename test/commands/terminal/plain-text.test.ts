import { expect, test } from 'vitest';
import { toPlainText } from '../../../src/commands/terminal/plain-text.ts';

test.each([
  ['BTC/USDT:USDT', 'BTC/USDT:USDT'],
  ['币安人生/USDT', '币安人生/USDT'],
  ['\u001b[2JBTC\u009b31m', '[2JBTC31m'],
  ['one\r\ntwo\u2028three', 'onetwothree'],
  ['\u202eDSU/CTB\u200b', 'DSU/CTB'],
])('%j becomes %j', (text, plain) => {
  expect(toPlainText(text)).toBe(plain);
});
