import { expect, test } from 'vitest';
import { parseKey, toKey } from '../../../web/src/base/market-ref.ts';

test.each(['kraken:BTC/USD', 'sim:BTC/USDT:USDT', 'okx:BTC/USD:BTC-261225-60000-C'])('%s names a market', (key) => {
  const market = parseKey(key);
  expect(market?.exchange).toBe(key.split(':')[0]);
  expect(market && toKey(market)).toBe(key);
});

test.each(['', ':', 'kraken', 'kraken:', ':BTC/USD'])('"%s" names none', (key) => {
  expect(parseKey(key)).toBeNull();
});
