import { beforeEach, describe, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import { settle } from '../../support/fakes/manual-clock.ts';
import { type LiveFeeds, pollIntervalMs, useLiveFeeds } from '../../support/feed/live-feeds.ts';

const btc = 'BTC/USDT';
const eth = 'ETH/USDT';
const useLive = useLiveFeeds();

let live: LiveFeeds;

beforeEach(() => {
  live = useLive();
  live.port.set(btc, { last: 1 });
  live.port.set(eth, { last: 2 });
});

describe('a symbol that does not exist', () => {
  test('is an error event, then the end', async () => {
    const reader = live.read(['NO/PE']);
    await settle();
    expect(reader.texts).toEqual(['NO/PE SYMBOL_NOT_FOUND']);
    expect(reader.ended).toBe(true);
    expect(live.feeds.counts).toEqual({ topics: 0, streams: 0, polls: 0, subscribers: 0 });
    expect(live.clock.pending).toBe(0);
  });

  test('does not affect the other symbols of the subscriber', async () => {
    const reader = live.read(['NO/PE', btc]);
    await settle();
    live.port.set(btc, { last: 3 });
    await live.clock.advance(pollIntervalMs);
    expect(reader.texts).toEqual(['BTC/USDT 1', 'BTC/USDT 3']);
    expect(reader.ended).toBe(false);
    expect(live.port.tickerCalls.at(-1)?.symbols).toEqual([btc]);
    expect(live.feeds.counts).toEqual({ topics: 1, streams: 0, polls: 1, subscribers: 1 });
  });

  test('because it was delisted comes once more, stale, and ends subscribers of nothing else', async () => {
    const readers = [live.read([btc]), live.read([btc, eth])];
    await live.clock.advance(pollIntervalMs);
    live.port.set(btc, new MarketDataError('SYMBOL_NOT_FOUND', 'delisted'));
    await live.clock.advance(pollIntervalMs);
    expect(readers.map(({ ended }) => ended)).toEqual([true, false]);
    expect(readers[0]?.texts).toEqual(['BTC/USDT 1', 'BTC/USDT 1 stale', 'BTC/USDT SYMBOL_NOT_FOUND']);
    live.port.set(eth, { last: 5 });
    await live.clock.advance(5 * pollIntervalMs);
    expect(readers[1]?.texts).toEqual(['BTC/USDT 1', 'ETH/USDT 2', 'BTC/USDT 1 stale', 'ETH/USDT 5']);
    expect(live.feeds.counts).toEqual({ topics: 1, streams: 0, polls: 1, subscribers: 1 });
  });

  test('reaches a slow subscriber before the end', async () => {
    const events = live.feeds.tickers('kraken', ['NO/PE', 'NO/PE2']);
    await settle();
    expect(await events.next()).toMatchObject({ value: { value: { code: 'SYMBOL_NOT_FOUND' } } });
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  test('is not the fault of the exchange: no backoff, no report', async () => {
    live.read([btc]);
    live.read([eth]);
    await settle();
    live.port.set(btc, new MarketDataError('SYMBOL_NOT_FOUND', 'gone'));
    live.port.set(eth, new MarketDataError('SYMBOL_NOT_FOUND', 'gone'));
    await live.clock.advance(pollIntervalMs);
    expect(live.port.tickerCalls.at(-1)?.symbols).toEqual([btc, eth]);
    expect(live.health).toEqual([]);
  });
});
