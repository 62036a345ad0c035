import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Trade } from '../../../src/market/model/trade.ts';
import { settle } from '../../support/fakes/manual-clock.ts';
import { TwoInstances } from '../../support/feed/two-instances.ts';

const symbol = 'BTC/USDT';
const market = { exchange: 'kraken', symbol };
const newest = { maxAgeMs: 0 };
const down = new MarketDataError('TIMEOUT', 'down');
const ignore = (): string => '';

let instances: TwoInstances;

beforeEach(() => {
  instances = new TwoInstances();
  instances.owner.port.set(symbol, { last: 1 });
});

afterEach(() => instances.leaveNothing());

function trade(number: number, timestamp = instances.owner.clock.now()): Trade {
  return { ...market, id: `${number}`, timestamp, price: 1, amount: 1, cost: 1, side: 'buy' };
}

describe('without a topic', () => {
  test('the exchange answers, with two calls for however many ask at once', async () => {
    const { port } = instances.owner;
    const { marketData } = instances.relay;
    const release = port.hold();
    const asked = Array.from({ length: 8 }, () => marketData.fetchTickers('kraken', [symbol], newest));
    await settle();
    release();
    const answers = await Promise.all(asked);
    expect(port.tickerCalls).toHaveLength(2);
    expect(answers.every((answer) => answer.has(symbol))).toBe(true);
  });

  test('the first call for trades begins the topic, which answers all who ask', async () => {
    const { port, feeds, clock } = instances.owner;
    port.setTrades([trade(1)]);
    const query = { ...market, limit: 100 };
    const asked = Array.from({ length: 5 }, () => instances.relay.marketData.fetchTrades(query, newest));
    await clock.advance(10);
    for (const { value } of await Promise.all(asked)) expect(value.map(({ id }) => id)).toEqual(['1']);
    expect(port.tradeCalls).toHaveLength(1);
    expect(feeds.counts).toMatchObject({ topics: 1, subscribers: 0 });
  });

  test('trades of a longer time are asked of the exchange, also if there is a topic', async () => {
    const { port, feeds, clock } = instances.owner;
    port.setTrades([trade(1), trade(2)]);
    instances.follow(feeds.trades('kraken', symbol), ignore);
    await clock.advance(100);
    const calls = port.tradeCalls.length;
    const { value } = await instances.relay.marketData.fetchTrades({ ...market, limit: 1000 }, newest);
    expect(value).toHaveLength(2);
    expect(port.tradeCalls).toHaveLength(calls + 1);
  });
});

describe('a topic', () => {
  test('answers while it is up to date, without a call', async () => {
    const { port, feeds, clock } = instances.owner;
    instances.follow(feeds.tickers('kraken', [symbol]), ignore);
    await clock.advance(100);
    const calls = instances.calls;
    const answer = await instances.relay.marketData.fetchTickers('kraken', [symbol], newest);
    expect(answer.get(symbol)).toMatchObject({ value: { last: 1 } });
    expect(instances.calls).toBe(calls);
    expect(port.given).toHaveLength(1);
  });

  test('that fails answers with its error, without a call', async () => {
    const { port, feeds, clock } = instances.owner;
    instances.follow(feeds.tickers('kraken', [symbol]), ignore);
    await clock.advance(100);
    port.fail(down);
    await clock.advance(1000);
    const calls = instances.calls;
    const answer = await instances.relay.marketData.fetchTickers('kraken', [symbol], newest);
    expect(answer.get(symbol)).toMatchObject({ code: 'TIMEOUT' });
    expect(instances.calls).toBe(calls);
  });

  test('that is about to be brought up to date is waited for, but not for long', async () => {
    const { port, feeds, clock } = instances.owner;
    const release = port.hold();
    instances.follow(feeds.tickers('kraken', [symbol]), ignore);
    const early = instances.relay.marketData.fetchTickers('kraken', [symbol], newest);
    await clock.advance(100);
    release();
    await clock.advance(1);
    expect((await early).get(symbol)).toMatchObject({ value: { last: 1 } });
    expect(port.tickerCalls).toHaveLength(1);
  });

  test('answers for a book only if it is deep enough', async () => {
    const { port, feeds, clock } = instances.owner;
    const side = [1, 2, 3].map((price) => ({ price, amount: 1 }));
    port.setOrderBook({ bids: side, asks: side });
    instances.follow(feeds.orderBook('kraken', symbol, 3), ignore);
    await clock.advance(100);
    const calls = port.orderBookCalls.length;
    const { value } = await instances.relay.marketData.fetchOrderBook({ ...market, limit: 2 }, newest);
    expect(value.bids).toHaveLength(2);
    expect(port.orderBookCalls).toHaveLength(calls);
    await instances.relay.marketData.fetchOrderBook({ ...market, limit: 50 }, newest);
    expect(port.orderBookCalls).toHaveLength(calls + 1);
  });
});
