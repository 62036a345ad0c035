import { expect, test } from 'vitest';
import { rankByCount } from '../../../web/src/screen/quote-currencies.ts';

test('the currency of the most markets comes first', () => {
  expect(rankByCount(['USD', 'EUR', 'USDT', 'EUR', 'USDT', 'USDT'])).toEqual(['USDT', 'EUR', 'USD']);
  expect(rankByCount([])).toEqual([]);
});
