import { expect, test } from 'vitest';
import { RecentTrades } from '../../../src/feed/reconcile/recent-trades.ts';
import type { Trade } from '../../../src/market/model/trade.ts';

const market = { exchange: 'kraken', symbol: 'BTC/USD' };

function tradesAt(...times: readonly number[]): readonly Trade[] {
  return times.map((timestamp) => ({
    ...market,
    ...{ id: `${timestamp}`, timestamp, price: 1, amount: 1, cost: 1, side: 'buy' },
  }));
}

function read(recent: RecentTrades, limit: number, since?: number): readonly number[] | null {
  const query = { ...market, limit, ...(since === undefined ? {} : { since }) };
  return recent.read(query)?.map(({ timestamp }) => timestamp) ?? null;
}

test('while no trade has been left out, every query is answered', () => {
  const recent = new RecentTrades();
  expect(read(recent, 100)).toEqual([]);
  const some = recent.add(tradesAt(3, 1), 5).add(tradesAt(2), 5);
  expect(read(some, 100)).toEqual([1, 2, 3]);
  expect(read(some, 2)).toEqual([2, 3]);
  expect(read(some, 100, 0)).toEqual([1, 2, 3]);
  expect(read(some, 1, 2)).toEqual([2]);
});

test('once trades are left out, only queries for later ones are answered', () => {
  const recent = new RecentTrades().add(tradesAt(1, 2, 2, 3, 4), 3);
  expect(read(recent, 3)).toEqual([2, 3, 4]);
  expect(read(recent, 4)).toBeNull();
  expect(read(recent, 100, 2)).toBeNull();
  expect(read(recent, 100, 3)).toEqual([3, 4]);
});

test('as many trades as a call may bring are not all there are', () => {
  expect(read(new RecentTrades().add(tradesAt(1, 2, 3), 3), 4)).toBeNull();
});

test('after a loss, only what is later than the next trade is known', () => {
  const lost = new RecentTrades().add(tradesAt(1, 2), 5).lose();
  expect(read(lost, 1)).toBeNull();
  expect(read(lost, 1, 3)).toBeNull();
  const next = lost.add(tradesAt(5, 6), 5);
  expect(read(next, 100, 5)).toBeNull();
  expect(read(next, 100, 6)).toEqual([6]);
});
