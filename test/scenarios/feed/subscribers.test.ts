import { describe, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import { settle } from '../../support/fakes/manual-clock.ts';
import { lingerMs, nothing, pollIntervalMs, useLiveFeeds } from '../../support/feed/live-feeds.ts';
import { toText } from '../../support/ticker-text.ts';

const btc = 'BTC/USDT';
const eth = 'ETH/USDT';
const useLive = useLiveFeeds();

describe('a subscriber', () => {
  test('receives the latest known ticker of each symbol at once, then each change', async () => {
    const { port, clock, read } = prepared();
    const reader = read([btc, eth]);
    await settle();
    expect(reader.texts).toEqual(['BTC/USDT 1', 'ETH/USDT 2']);
    port.set(btc, { last: 3 });
    await clock.advance(pollIntervalMs);
    port.set(eth, { last: 4 });
    await clock.advance(pollIntervalMs);
    expect(reader.texts).toEqual(['BTC/USDT 1', 'ETH/USDT 2', 'BTC/USDT 3', 'ETH/USDT 4']);
    expect(reader.seen).toMatchObject([
      { source: 'FETCH' },
      { source: 'FETCH' },
      { source: 'POLL' },
      { source: 'POLL' },
    ]);
  });

  test('that comes later receives the latest at once, without a call', async () => {
    const { port, clock, read } = prepared();
    read([btc]);
    port.set(btc, { last: 3 });
    await clock.advance(pollIntervalMs + 500);
    const calls = port.tickerCalls.length;
    const late = read([btc]);
    await settle();
    expect(late.texts).toEqual(['BTC/USDT 3']);
    expect(port.tickerCalls).toHaveLength(calls);
  });

  test('that joins while the first fetch is under way receives its ticker too', async () => {
    const { port, read } = prepared();
    const release = port.hold();
    const readers = [read([btc]), read([btc])];
    await settle();
    release();
    await settle();
    expect(readers.map(({ texts }) => texts)).toEqual([['BTC/USDT 1'], ['BTC/USDT 1']]);
    expect(port.tickerCalls).toHaveLength(1);
  });

  test('does not receive a ticker in which only timestamp, receivedAt or source differ', async () => {
    const { port, clock, read } = prepared();
    const reader = read([btc]);
    for (let round = 1; round <= 5; round++) {
      port.set(btc, { last: 1, timestamp: clock.now() });
      await clock.advance(pollIntervalMs);
    }
    expect(reader.texts).toEqual(['BTC/USDT 1']);
    port.set(btc, { last: 1, bid: 0.5 });
    await clock.advance(pollIntervalMs);
    expect(reader.seen).toMatchObject([{ bid: null }, { last: 1, bid: 0.5 }]);
  });

  test("does not receive a ticker that is older by the exchange's clock", async () => {
    const { port, clock, read } = prepared();
    port.set(btc, { last: 1, timestamp: 1000 });
    const reader = read([btc]);
    await settle();
    port.set(btc, { last: 2, timestamp: 999 });
    await clock.advance(pollIntervalMs);
    expect(reader.texts).toEqual(['BTC/USDT 1']);
    port.set(btc, { last: 3, timestamp: 1000 });
    await clock.advance(pollIntervalMs);
    expect(reader.texts).toEqual(['BTC/USDT 1', 'BTC/USDT 3']);
  });

  test('does not receive a ticker that was received earlier, where the exchange sends no time', async () => {
    const { port, clock, read } = prepared();
    port.set(btc, { last: 1, timestamp: 1000 });
    const reader = read([btc]);
    await settle();
    port.set(btc, { last: 2, receivedAt: clock.now() - 1 });
    await clock.advance(pollIntervalMs);
    expect(reader.texts).toEqual(['BTC/USDT 1']);
    port.set(btc, { last: 3 });
    await clock.advance(pollIntervalMs);
    expect(reader.texts).toEqual(['BTC/USDT 1', 'BTC/USDT 3']);
  });

  test('that is slow receives only the newest of each symbol', async () => {
    const { port, clock, feeds } = prepared();
    const events = feeds.tickers('kraken', [btc, eth]);
    for (let last = 10; last < 20; last++) {
      port.set(btc, { last });
      port.set(eth, { last: last * 10 });
      await clock.advance(pollIntervalMs);
    }
    const [first, second, third] = [events.next(), events.next(), events.next()];
    const taken = await Promise.all([first, second]);
    expect(taken.map(({ value }) => value && toText(value.value))).toEqual(['BTC/USDT 19', 'ETH/USDT 190']);
    await events.return?.();
    expect(await third).toEqual({ done: true, value: undefined });
  });

  test('that leaves before the first fetch is answered leaves nothing behind', async () => {
    const { port, clock, read, feeds } = prepared();
    const release = port.hold();
    const reader = read([btc]);
    await settle();
    await reader.leave();
    await clock.advance(lingerMs);
    expect(feeds.counts).toEqual(nothing);
    release();
    await clock.advance(10 * pollIntervalMs);
    expect(feeds.counts).toEqual(nothing);
    expect(clock.pending).toBe(0);
    expect(reader.texts).toEqual([]);
  });

  test('that leaves in the same turn in which it came leaves nothing behind', async () => {
    const { read } = prepared();
    await read([btc]).leave();
  });

  test('of an exchange that does not exist is refused at once and leaves nothing behind', () => {
    const { port, clock, feeds } = prepared();
    expect(() => feeds.tickers('krakn', [btc])).toThrow(MarketDataError);
    expect(() => feeds.tickers('krakn', [btc])).toThrow(expect.objectContaining({ code: 'EXCHANGE_NOT_FOUND' }));
    expect(feeds.counts).toEqual(nothing);
    expect(clock.pending).toBe(0);
    expect(port.tickerCalls).toEqual([]);
  });
});

/** Live feeds in which two symbols have tickers. */
function prepared() {
  const live = useLive();
  live.port.set(btc, { last: 1 });
  live.port.set(eth, { last: 2 });
  const { port, clock, feeds } = live;
  return { port, clock, feeds, read: live.read.bind(live) };
}
