import { expect, test } from 'vitest';
import { rankByCount } from '../../../web/src/base/rank-by-count.ts';

test('the most frequent value comes first', () => {
  expect(rankByCount(['USD', 'EUR', 'USDT', 'EUR', 'USDT', 'USDT'])).toEqual(['USDT', 'EUR', 'USD']);
  expect(rankByCount([])).toEqual([]);
});
