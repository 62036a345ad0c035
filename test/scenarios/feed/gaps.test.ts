import { beforeEach, describe, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Candle } from '../../../src/market/model/candle.ts';
import type { Trade } from '../../../src/market/model/trade.ts';
import { settle } from '../../support/fakes/manual-clock.ts';
import { type LiveFeeds, pollIntervalMs, useLiveFeeds } from '../../support/feed/live-feeds.ts';

const btc = 'BTC/USDT';
const minute = 60_000;
const useLive = useLiveFeeds();

let live: LiveFeeds;

beforeEach(() => {
  live = useLive();
});

/** The trade of this number, at the present time. */
function trade(number: number): Trade {
  const timestamp = live.clock.now();
  return { exchange: 'kraken', symbol: btc, id: `${number}`, timestamp, price: 1, amount: 1, cost: 1, side: 'buy' };
}

function candle(timestamp: number, close: number): Candle {
  return { timestamp, open: 1, high: 9, low: 1, close, volume: close, closed: false };
}

describe('trades', () => {
  const toIds = (value: readonly Trade[] | MarketDataError): string =>
    value instanceof MarketDataError ? value.code : value.map(({ id }) => id).join();

  /** A subscriber of a market with an old trade, once the stream has brought another; `all` is what calls answer. */
  async function followStream() {
    live.streams.offer('trades');
    const all = [{ ...trade(1), timestamp: live.clock.now() - 5000 }];
    live.port.setTrades(all);
    const reader = live.follow(live.feeds.trades('kraken', btc), toIds);
    await live.clock.advance(100);
    all.push(trade(2));
    live.streams.push('trades', btc, [trade(2)], true);
    return { all, reader };
  }

  test('between the last poll and the return of the stream are fetched, and sent once and in order', async () => {
    const { all, reader } = await followStream();
    await live.clock.advance(2 * pollIntervalMs);
    live.streams.interrupt('trades', btc);
    await live.clock.advance(1);
    all.push(trade(3));
    await live.clock.advance(pollIntervalMs);
    all.push(trade(4));
    await live.clock.advance(10);
    all.push(trade(5));
    live.streams.push('trades', btc, [trade(5)]);
    await live.clock.advance(pollIntervalMs);
    expect(reader.texts.join().split(',')).toEqual(['2', '3', '4', '5']);
    const calls = live.port.tradeCalls.length;
    await live.clock.advance(5 * pollIntervalMs);
    expect(live.port.tradeCalls).toHaveLength(calls);
  });

  test('that the stream sends and no call brings are no gap after an interruption, with one call more', async () => {
    const { all, reader } = await followStream();
    await live.clock.advance(pollIntervalMs);
    live.streams.push('trades', btc, [trade(3)]);
    await live.clock.advance(pollIntervalMs);
    live.streams.interrupt('trades', btc);
    await live.clock.advance(1);
    all.push(trade(4));
    await live.clock.advance(2 * pollIntervalMs);
    expect(reader.texts).toEqual(['2', '3', '4']);
    expect(reader.ended).toBe(false);
    await live.clock.advance(1);
    all.push(trade(5));
    live.streams.push('trades', btc, [trade(5)]);
    await live.clock.advance(pollIntervalMs);
    const calls = live.port.tradeCalls.length;
    await live.clock.advance(5 * pollIntervalMs);
    expect(reader.texts).toEqual(['2', '3', '4', '5']);
    expect(live.port.tradeCalls).toHaveLength(calls);
  });

  test('from before the subscriber are not sent', async () => {
    live.streams.offer('trades');
    const all = [trade(1), trade(2)].map((each) => ({ ...each, timestamp: each.timestamp - 5000 }));
    live.port.setTrades(all);
    const reader = live.follow(live.feeds.trades('kraken', btc), toIds);
    await live.clock.advance(100);
    // A snapshot, as some exchanges send on subscribing.
    live.streams.push('trades', btc, [...all, trade(3)]);
    all.push(trade(3));
    await live.clock.advance(2 * pollIntervalMs);
    expect(reader.texts).toEqual(['3']);
  });

  test('are polled where there is no stream, and wait while the exchange fails', async () => {
    const all = [trade(1)];
    live.port.setTrades(all);
    const reader = live.follow(live.feeds.trades('kraken', btc), toIds);
    await live.clock.advance(100);
    all.push(trade(2), trade(3));
    await live.clock.advance(pollIntervalMs);
    live.port.fail(new MarketDataError('TIMEOUT', 'too slow'));
    await live.clock.advance(20 * pollIntervalMs);
    live.port.fail(null);
    all.push(trade(4));
    await live.clock.advance(30 * pollIntervalMs);
    expect(reader.texts.slice(-2)).toEqual(['2,3', '4']);
  });
});

describe('candles', () => {
  const toText = (value: Candle | MarketDataError): string =>
    value instanceof MarketDataError
      ? value.code
      : `${value.timestamp / minute} ${value.close}${value.closed ? ' closed' : ''}`;
  const start = Date.UTC(2026, 0, 1);
  const numbers = (texts: readonly string[]): readonly string[] =>
    texts.map((text) => text.replace(/^\d+/, (at) => String(Number(at) - start / minute)));

  test('that closed while the stream was down are sent once, in order, before those of the stream', async () => {
    live.streams.offer('candles');
    live.port.setCandles([candle(start, 1)]);
    const reader = live.follow(live.feeds.candles('kraken', btc, '1m'), toText);
    await live.clock.advance(100);
    live.streams.push('candles', btc, [candle(start, 2)]);
    await settle();
    live.streams.interrupt('candles', btc);
    const release = live.port.hold();
    await live.clock.advance(3 * minute);
    const later = [1, 2, 3].map((period) => candle(start + period * minute, 10 + period));
    live.port.setCandles([candle(start, 5), ...later]);
    live.streams.push('candles', btc, [candle(start + 3 * minute, 20)]);
    release();
    await live.clock.advance(2 * pollIntervalMs);
    const texts = numbers(reader.texts);
    expect(texts.filter((text) => text.endsWith('closed'))).toEqual(['0 5 closed', '1 11 closed', '2 12 closed']);
    expect(texts.at(-1)).toBe('3 20');
  });

  test('of a market without trades close by the clock, with one call more', async () => {
    live.streams.offer('candles');
    live.port.setCandles([candle(start, 1)]);
    const reader = live.follow(live.feeds.candles('kraken', btc, '1m'), toText);
    await live.clock.advance(100);
    live.streams.push('candles', btc, [candle(start, 2)]);
    live.port.setCandles([candle(start, 3)]);
    for (let second = 0; second < 65; second++) {
      await live.clock.advance(1000);
      live.streams.push('candles', btc, []);
    }
    // What the stream brought with less volume than the answer is older, and not sent.
    expect(numbers(reader.texts)).toEqual(['0 1', '0 3', '0 3 closed']);
    expect(live.port.candleCalls).toHaveLength(3);
  });
});
