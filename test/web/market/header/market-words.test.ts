import { expect, test } from 'vitest';
import { describeHalt, describeType, formatTitle } from '../../../../web/src/market/header/market-words.ts';
import { spot } from '../spot.ts';

const expiry = '2026-06-26T08:00:00.000Z';
const expiresAt = Date.parse(expiry);

test('the type of a market is in words, with the day on which it expires', () => {
  expect(describeType(spot)).toBe('Spot');
  expect(describeType({ ...spot, type: 'FUTURE', expiry })).toBe('Future, expires Jun 26, 2026');
});

test('a market that is not traded says so; one of which that is unknown does not', () => {
  expect(describeHalt(spot, 0)).toBeNull();
  expect(describeHalt({ ...spot, active: null }, 0)).toBeNull();
  expect(describeHalt({ ...spot, active: false }, 0)).toBe('This market cannot be traded at present.');
});

test('a contract has expired from its expiry on', () => {
  expect(describeHalt({ ...spot, expiry }, expiresAt - 1)).toBeNull();
  expect(describeHalt({ ...spot, expiry }, expiresAt)).toBe('This contract has expired.');
});

test('the title names price and market, and says what is stale or made up', () => {
  const parts = {
    last: 97_000,
    step: 0.01,
    symbol: 'BTC/USDT',
    exchange: 'Kraken',
    isSimulated: false,
    isStale: false,
  };
  expect(formatTitle(parts)).toBe('97,000.00 BTC/USDT – Kraken');
  expect(formatTitle({ ...parts, isStale: true })).toBe('97,000.00 (stale) BTC/USDT – Kraken');
  expect(formatTitle({ ...parts, exchange: 'sim', isSimulated: true })).toBe('97,000.00 BTC/USDT – sim (made up)');
  expect(formatTitle({ ...parts, last: null, isStale: true })).toBe('BTC/USDT – Kraken');
});
