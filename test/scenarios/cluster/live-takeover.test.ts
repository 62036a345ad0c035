import { afterEach, beforeEach, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Ticker } from '../../../src/market/model/ticker.ts';
import type { Trade } from '../../../src/market/model/trade.ts';
import { FakeNetwork } from '../../support/cluster/fakes/fake-network.ts';
import { FakeOwnership } from '../../support/cluster/fakes/fake-owners.ts';
import { FeedInstance } from '../../support/cluster/live/feed-instance.ts';
import { blankTicker, btc, exchange, toTrade } from '../../support/cluster/live/live-instances.ts';
import { FakeMarketData } from '../../support/fakes/fake-market-data.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { Reader } from '../../support/feed/reader.ts';

// Three instances with real feeds follow one exchange, while its owner changes.

let clock: ManualClock;
let exchanges: FakeMarketData;
let ownership: FakeOwnership;
let instances: readonly FeedInstance[];
let executed: Trade[];
let price: number;

beforeEach(() => {
  clock = new ManualClock();
  exchanges = new FakeMarketData(clock);
  ownership = new FakeOwnership(clock);
  const network = new FakeNetwork();
  instances = ['a', 'b', 'c'].map((name) => {
    const parts = { bus: network.connect(), owners: ownership.join(name), clock, exchanges };
    return new FeedInstance({ ...parts, streamed: ['trades', 'ticker'] });
  });
  executed = [];
  price = 100;
  exchanges.set(btc, { last: price });
  ownership.give(exchange, 'a');
});

afterEach(() => {
  for (const instance of instances) instance.close();
});

/** The exchange executes a trade, and sends it to those who are connected. */
function trade(): void {
  price += 1;
  executed.push({ ...toTrade(executed.length + 1), timestamp: clock.now() });
  exchanges.setTrades(executed);
  exchanges.set(btc, { last: price });
  const ticker = { ...blankTicker, last: price, receivedAt: clock.now() };
  for (const { live } of instances) {
    if (live.bus.isDown) continue;
    live.local.push('trades', btc, executed.slice(-1));
    live.local.push('ticker', btc, ticker);
  }
}

/** Trades happen for some seconds, one every 400 ms. */
async function tradeFor(seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds * 1000; passed += 400) {
    trade();
    await clock.advance(400);
  }
}

interface Followed {
  readonly trades: Reader<readonly Trade[]>;
  readonly tickers: Reader<Ticker>;
}

function follow({ feeds }: FeedInstance): Followed {
  return {
    trades: new Reader(feeds.trades(exchange, btc), String),
    tickers: new Reader(feeds.tickers(exchange, [btc]), String),
  };
}

function idsOf({ trades }: Followed): readonly (string | null)[] {
  return trades.seen.flatMap((event) => (event instanceof MarketDataError ? ['error'] : event.map(({ id }) => id)));
}

function lastTicker({ tickers }: Followed): { readonly last: number | null; readonly stale: boolean } {
  const value = tickers.seen.at(-1);
  if (!value || value instanceof MarketDataError) throw new Error('no ticker');
  return { last: value.last, stale: value.stale };
}

async function leave(followed: readonly Followed[]): Promise<void> {
  for (const { trades, tickers } of followed) {
    await trades.leave();
    await tickers.leave();
  }
}

test('all instances send the same, with the calls and streams of one', async () => {
  const followed = instances.map(follow);
  await clock.advance(1000);
  await tradeFor(20);
  const all = executed.map(({ id }) => id);
  expect(followed.map(idsOf)).toEqual([all, all, all]);
  expect(followed.map(lastTicker)).toEqual(followed.map(() => ({ last: price, stale: false })));
  expect(instances.map(({ live }) => live.local.opened.length)).toEqual([2, 0, 0]);
  const calls = exchanges.tradeCalls.length;
  await tradeFor(20);
  expect(exchanges.tradeCalls.length - calls).toBe(0);
  await leave(followed);
});

test('the owner is killed: values are stale until another takes over, and no trade is lost or repeated', async () => {
  const [a, b, c] = instances;
  if (!a || !b || !c) throw new Error('no instances');
  const followed = [follow(b), follow(c)];
  await clock.advance(1000);
  await tradeFor(5);
  a.kill();
  await tradeFor(2);
  ownership.give(exchange, null);
  await tradeFor(2);
  expect(followed.map((each) => lastTicker(each).stale)).toEqual([true, true]);
  ownership.give(exchange, 'b');
  await tradeFor(8);
  const all = executed.map(({ id }) => id);
  expect(followed.map(idsOf)).toEqual([all, all]);
  expect(followed.map(lastTicker)).toEqual(followed.map(() => ({ last: price, stale: false })));
  expect([b, c].map(({ live }) => live.local.opened.length)).toEqual([2, 0]);
  await leave(followed);
});

test('an exchange is handed over from one to the next: nothing is stale, lost or repeated', async () => {
  const followed = instances.map(follow);
  await clock.advance(1000);
  await tradeFor(4);
  for (const name of ['b', 'c', 'a']) {
    ownership.give(exchange, name, true);
    await tradeFor(4);
  }
  const all = executed.map(({ id }) => id);
  expect(followed.map(idsOf)).toEqual([all, all, all]);
  const values = followed.flatMap(({ tickers }) => tickers.seen);
  expect(values.filter((value) => value instanceof MarketDataError || value.stale)).toEqual([]);
  expect(instances.map(({ live }) => live.local.opened.length)).toEqual([2, 0, 0]);
  await leave(followed);
});

test('an idle market stays up to date on all instances without a call', async () => {
  const followed = instances.map(follow);
  await clock.advance(1000);
  await tradeFor(2);
  await clock.advance(10_000);
  const calls = exchanges.tradeCalls.length;
  await clock.advance(2 * 60_000);
  expect(followed.map((each) => lastTicker(each).stale)).toEqual([false, false, false]);
  expect(instances.flatMap(({ live }) => live.repairs)).toEqual([]);
  // Only the owner polls, because its stream is silent.
  expect(exchanges.tradeCalls.length - calls).toBeLessThan(130);
  await leave(followed);
});
