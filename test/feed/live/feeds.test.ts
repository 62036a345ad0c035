import { describe, expect, test } from 'vitest';
import { settle } from '../../support/fakes/manual-clock.ts';
import { lingerMs, nothing, pollIntervalMs, useLiveFeeds } from '../../support/feed/live-feeds.ts';

const btc = 'BTC/USDT';
const eth = 'ETH/USDT';
const useLive = useLiveFeeds();

describe('polling', () => {
  test('starts with the first subscriber: one fetch at once, then one per interval', async () => {
    const { port, clock, read } = prepared();
    expect(clock.pending).toBe(0);
    read([btc]);
    await settle();
    expect(port.tickerCalls).toEqual([{ exchange: 'kraken', symbols: [btc], options: undefined }]);
    await clock.advance(pollIntervalMs - 1);
    expect(port.tickerCalls).toHaveLength(1);
    await clock.advance(1);
    expect(port.tickerCalls.slice(1)).toEqual([{ exchange: 'kraken', symbols: [btc], options: { maxAgeMs: 0 } }]);
  });

  test('is one call per interval for all symbols, whatever the number of subscribers', async () => {
    const { port, clock, read, feeds } = prepared();
    for (let i = 0; i < 50; i++) read(i % 2 === 0 ? [btc] : [btc, eth]);
    await settle();
    expect(port.tickerCalls.map(({ symbols }) => symbols)).toEqual([[btc], [eth]]);
    await clock.advance(3 * pollIntervalMs);
    expect(port.tickerCalls.slice(2).map(({ symbols }) => symbols)).toEqual([
      [btc, eth],
      [btc, eth],
      [btc, eth],
    ]);
    expect(feeds.counts).toEqual({ topics: 2, streams: 0, polls: 1, subscribers: 50 });
  });

  test('is separate for each exchange', async () => {
    const { port, clock, read, feeds } = prepared();
    const kraken = read([btc], 'kraken');
    const binance = read([btc], 'binance');
    await clock.advance(pollIntervalMs);
    expect(port.tickerCalls.map(({ exchange }) => exchange).sort()).toEqual(['binance', 'binance', 'kraken', 'kraken']);
    expect(kraken.seen).toMatchObject([{ exchange: 'kraken' }]);
    expect(binance.seen).toMatchObject([{ exchange: 'binance' }]);
    expect(feeds.counts).toEqual({ topics: 2, streams: 0, polls: 2, subscribers: 2 });
    await kraken.leave();
    await clock.advance(lingerMs);
    expect(feeds.counts).toEqual({ topics: 1, streams: 0, polls: 1, subscribers: 1 });
  });

  test('stops when the last subscriber leaves, and all else lingerMs later', async () => {
    const { port, clock, read, feeds } = prepared();
    const [first, second] = [read([btc]), read([btc])];
    await clock.advance(500);
    await first.leave();
    await clock.advance(2 * lingerMs);
    const calls = port.tickerCalls.length;
    await second.leave();
    await clock.advance(lingerMs - 1);
    expect(feeds.counts).toEqual({ topics: 1, streams: 0, polls: 0, subscribers: 0 });
    await clock.advance(1);
    expect(feeds.counts).toEqual(nothing);
    expect(clock.pending).toBe(0);
    await clock.advance(10 * pollIntervalMs);
    expect(port.tickerCalls).toHaveLength(calls);
  });

  test('leaves out a symbol whose linger time has passed', async () => {
    const { port, clock, read } = prepared();
    const both = read([btc, eth]);
    read([eth]);
    await both.leave();
    await clock.advance(lingerMs + pollIntervalMs);
    expect(port.tickerCalls.at(-1)?.symbols).toEqual([eth]);
  });

  test('of a subscriber that names a symbol twice asks for it once', async () => {
    const { port, read, feeds } = prepared();
    const reader = read([btc, btc]);
    await settle();
    expect(port.tickerCalls.map(({ symbols }) => symbols)).toEqual([[btc]]);
    expect(reader.texts).toEqual(['BTC/USDT 1']);
    expect(feeds.counts).toEqual({ topics: 1, streams: 0, polls: 1, subscribers: 1 });
  });
});

describe('close()', () => {
  test('ends all iterators and all polling at once', async () => {
    const { port, clock, read, feeds } = prepared();
    const readers = [read([btc]), read([btc, eth]), read([eth], 'binance')];
    await clock.advance(pollIntervalMs);
    const lingering = read(['SOL/USDT']);
    await lingering.leave();
    feeds.close();
    await settle();
    expect(readers.map(({ ended }) => ended)).toEqual([true, true, true]);
    expect(feeds.counts).toEqual(nothing);
    expect(clock.pending).toBe(0);
    const calls = port.tickerCalls.length;
    await clock.advance(10 * pollIntervalMs);
    expect(port.tickerCalls).toHaveLength(calls);
  });

  test('during a round drops the answers of that round', async () => {
    const { port, clock, read, feeds } = prepared();
    const reader = read([btc]);
    await settle();
    const release = port.hold();
    await clock.advance(pollIntervalMs);
    port.set(btc, { last: 9 });
    feeds.close();
    release();
    await settle();
    expect(reader.texts).toEqual(['BTC/USDT 1']);
    expect(reader.ended).toBe(true);
    expect(clock.pending).toBe(0);
  });
});

test('no symbols at all are refused and leave nothing behind', () => {
  const { feeds } = prepared();
  expect(() => feeds.tickers('kraken', [])).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
  expect(feeds.counts).toEqual(nothing);
});

test('after close() nobody can subscribe', () => {
  const { feeds } = prepared();
  feeds.close();
  expect(() => feeds.tickers('kraken', [btc])).toThrow(expect.objectContaining({ code: 'EXCHANGE_UNAVAILABLE' }));
  expect(feeds.counts).toEqual(nothing);
});

/** Live feeds in which two symbols have tickers. */
function prepared() {
  const live = useLive();
  live.port.set(btc, { last: 1 });
  live.port.set(eth, { last: 2 });
  const { port, clock, feeds } = live;
  return { port, clock, feeds, read: live.read.bind(live) };
}
