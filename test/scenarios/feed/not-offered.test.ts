import { beforeEach, describe, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Trade } from '../../../src/market/model/trade.ts';
import { tickerOf } from '../../support/fakes/fake-market-data.ts';
import { type LiveFeeds, pollIntervalMs, silenceMs, useLiveFeeds } from '../../support/feed/live-feeds.ts';

const btc = 'BTC/USDT';
const useLive = useLiveFeeds();
const unsupported = new MarketDataError('NOT_SUPPORTED', 'no such call');

let live: LiveFeeds;

beforeEach(() => {
  live = useLive();
});

function push(last: number, isFirst = false): void {
  const receivedAt = live.clock.now();
  const ticker = tickerOf({
    exchange: 'kraken',
    symbol: btc,
    last,
    receivedAt,
    timestamp: receivedAt,
    source: 'STREAM',
  });
  live.streams.push('ticker', btc, ticker, isFirst);
}

/** How many calls an interval brings. */
async function pollsOf(intervals: number): Promise<number> {
  const before = live.port.tickerCalls.length;
  await live.clock.advance(intervals * pollIntervalMs);
  return live.port.tickerCalls.length - before;
}

describe('a topic whose stream is not offered', () => {
  beforeEach(() => {
    live.streams.offer('ticker', 'trades');
    live.port.set(btc, { last: 1 });
  });

  test('is polled at full pace and not reconnected, however long nothing comes', async () => {
    live.streams.withdraw('ticker');
    const reader = live.read([btc]);
    await live.clock.advance(10 * silenceMs);
    expect(await pollsOf(10)).toBe(10);
    expect(live.streams.opened.flatMap(({ redials }) => redials)).toEqual([]);
    expect(live.feeds.counts).toMatchObject({ topics: 1, streams: 0 });
    expect(reader.texts).toEqual([`${btc} 1`]);
  });

  test('needs no polls once it is offered and speaks, and polls at once when it is not offered any longer', async () => {
    live.streams.withdraw('ticker');
    live.read([btc]);
    await live.clock.advance(10 * silenceMs);
    live.streams.restore('ticker');
    push(2, true);
    await live.clock.advance(pollIntervalMs);
    expect(live.feeds.counts).toMatchObject({ streams: 1 });
    expect(await pollsOf(10)).toBe(0);
    live.streams.withdraw('ticker');
    expect(await pollsOf(0)).toBe(1);
    expect(await pollsOf(100)).toBe(100);
    expect(live.streams.opened.flatMap(({ redials }) => redials)).toEqual([]);
  });

  test('is given as much time as a new stream once it is offered, then it counts as silent', async () => {
    live.streams.withdraw('ticker');
    live.read([btc]);
    await live.clock.advance(10 * silenceMs);
    live.streams.restore('ticker');
    await live.clock.advance(silenceMs - 1000);
    expect(live.streams.opened.flatMap(({ redials }) => redials)).toEqual([]);
    await live.clock.advance(2000);
    expect(live.streams.opened.flatMap(({ redials }) => redials)).not.toEqual([]);
  });

  test('is silent no longer when a silent stream is withdrawn', async () => {
    live.read([btc]);
    push(2, true);
    await live.clock.advance(10 * silenceMs);
    expect(await pollsOf(50)).toBeLessThan(15);
    live.streams.withdraw('ticker');
    await live.clock.advance(5 * pollIntervalMs);
    expect(await pollsOf(100)).toBe(100);
  });

  test('has no hope if its call is refused, while an offered stream can still bring something', async () => {
    live.streams.withdraw('ticker');
    live.port.set(btc, unsupported);
    const hopeless = live.read([btc]);
    await live.clock.advance(pollIntervalMs);
    expect(hopeless.texts).toEqual([expect.stringContaining('NOT_SUPPORTED')]);
    expect(hopeless.ended).toBe(true);
    live.streams.restore('ticker');
    const hopeful = live.read([btc]);
    await live.clock.advance(pollIntervalMs);
    push(3, true);
    await live.clock.advance(1);
    expect(hopeful.texts).toEqual([`${btc} 3`]);
  });

  test('ends if calls are refused and the stream says that it never brings anything', async () => {
    live.port.set(btc, unsupported);
    const reader = live.read([btc]);
    await live.clock.advance(pollIntervalMs);
    expect(reader.ended).toBe(false);
    live.streams.interrupt('ticker', btc, unsupported);
    await live.clock.advance(pollIntervalMs);
    expect(reader.ended).toBe(true);
  });

  test('starts anew for a subscriber that comes back after the polls have ended', async () => {
    live.streams.withdraw('ticker');
    const reader = live.read([btc]);
    await live.clock.advance(pollIntervalMs);
    await reader.leave();
    await live.clock.advance(3 * pollIntervalMs);
    live.port.set(btc, { last: 5 });
    const second = live.read([btc]);
    await live.clock.advance(pollIntervalMs);
    expect(second.texts).toEqual([`${btc} 5`]);
    expect(live.feeds.counts.topics).toBe(1);
  });

  test('brings all trades once while its stream comes and goes', async () => {
    const trade = (number: number): Trade => {
      const timestamp = live.clock.now();
      return { exchange: 'kraken', symbol: btc, id: `${number}`, timestamp, price: 1, amount: 1, cost: 1, side: 'buy' };
    };
    const all: Trade[] = [];
    live.port.setTrades(all);
    const reader = live.follow(live.feeds.trades('kraken', btc), (value) =>
      value instanceof MarketDataError ? value.code : value.map(({ id }) => id).join(),
    );
    await live.clock.advance(pollIntervalMs);
    for (let number = 1; number <= 12; number++) {
      if (number % 4 === 1) live.streams.withdraw('trades');
      if (number % 4 === 3) live.streams.restore('trades');
      all.push(trade(number));
      if (number % 4 === 3 || number % 4 === 0) live.streams.push('trades', btc, [trade(number)], number % 4 === 3);
      await live.clock.advance(pollIntervalMs);
    }
    await live.clock.advance(3 * pollIntervalMs);
    expect(reader.texts.join().split(',')).toEqual(all.map(({ id }) => id));
  });
});
