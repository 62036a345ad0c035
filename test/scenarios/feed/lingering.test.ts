import { beforeEach, describe, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Candle } from '../../../src/market/model/candle.ts';
import type { Ticker } from '../../../src/market/model/ticker.ts';
import type { Trade } from '../../../src/market/model/trade.ts';
import { tickerOf } from '../../support/fakes/fake-market-data.ts';
import { settle } from '../../support/fakes/manual-clock.ts';
import { type LiveFeeds, lingerMs, pollIntervalMs, silenceMs, useLiveFeeds } from '../../support/feed/live-feeds.ts';
import type { Reader } from '../../support/feed/reader.ts';

const btc = 'BTC/USDT';
const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down', { retryable: true });
const useLive = useLiveFeeds();

/** So soon, what a poll has brought is as new as the next poll would be. */
const soonMs = pollIntervalMs;
/** So late it is not, but the topic lingers. */
const lateMs = lingerMs - 1000;

let live: LiveFeeds;

beforeEach(() => {
  live = useLive();
  live.port.set(btc, { last: 1 });
});

const calls = (): number => live.port.tickerCalls.length;

function push(last: number): void {
  const now = live.clock.now();
  const ticker = { exchange: 'kraken', symbol: btc, last, timestamp: now, receivedAt: now, source: 'STREAM' } as const;
  live.streams.push('ticker', btc, tickerOf(ticker));
}

/** Two subscribe at once to what is out of date: they receive nothing until one call has brought what is true now. */
async function comesWithOneCall(last: number): Promise<Reader<Ticker>> {
  const made = calls();
  live.port.set(btc, { last });
  const release = live.port.hold();
  const readers = [live.read([btc]), live.read([btc])] as const;
  await settle();
  expect(readers.map(({ texts }) => texts)).toEqual([[], []]);
  release();
  await settle();
  expect(readers.map(({ texts }) => texts)).toEqual([[`${btc} ${last}`], [`${btc} ${last}`]]);
  expect(calls()).toBe(made + 1);
  return readers[0];
}

describe('a ticker that is polled', () => {
  /** Somebody listens for a while, and leaves. Gives how many calls were made for that. */
  async function visit(): Promise<number> {
    const reader = live.read([btc]);
    await live.clock.advance(2 * pollIntervalMs + 500);
    const made = calls();
    await reader.leave();
    return made;
  }

  test('is not polled without subscribers, and continues for one that comes back soon', async () => {
    const made = await visit();
    await live.clock.advance(400);
    const back = live.read([btc]);
    await settle();
    expect(back.texts).toEqual([`${btc} 1`]);
    expect(calls()).toBe(made);
    live.port.set(btc, { last: 2 });
    await live.clock.advance(100);
    expect(back.texts).toEqual([`${btc} 1`, `${btc} 2`]);
    expect(calls()).toBe(made + 1);
    await live.clock.advance(3 * pollIntervalMs);
    expect(calls()).toBe(made + 4);
  });

  test('is polled at once where a round was left out', async () => {
    const made = await visit();
    await live.clock.advance(soonMs - 1);
    expect(calls()).toBe(made);
    live.port.set(btc, { last: 2 });
    const back = live.read([btc]);
    await live.clock.advance(1);
    expect(back.texts).toEqual([`${btc} 1`, `${btc} 2`]);
    expect(calls()).toBe(made + 1);
  });

  test.each([1, 2])(
    'is not sent as new to a subscriber that comes back later, which receives the price of then, %i',
    async (last) => {
      const made = await visit();
      await live.clock.advance(lateMs);
      expect(calls()).toBe(made);
      const back = await comesWithOneCall(last);
      live.port.set(btc, { last: 3 });
      await live.clock.advance(pollIntervalMs);
      expect(back.texts.at(-1)).toBe(`${btc} 3`);
      expect(calls()).toBe(made + 2);
    },
  );

  test('is sent as stale to a subscriber that comes back while its exchange fails, and polled', async () => {
    const reader = live.read([btc]);
    await live.clock.advance(100);
    live.port.fail(down);
    await live.clock.advance(2 * pollIntervalMs);
    await reader.leave();
    await live.clock.advance(lateMs);
    const made = calls();
    const back = live.read([btc]);
    await settle();
    expect(back.texts).toEqual([`${btc} 1 stale`]);
    live.port.fail(null);
    await live.clock.advance(pollIntervalMs);
    expect(back.texts).toEqual([`${btc} 1 stale`, `${btc} 1`]);
    expect(calls()).toBeGreaterThan(made);
  });

  test('does not stop the polls of others of its exchange', async () => {
    live.port.set('ETH/USDT', { last: 9 });
    const reader = live.read([btc]);
    live.read(['ETH/USDT']);
    await live.clock.advance(pollIntervalMs + 500);
    expect(live.port.tickerCalls.at(-1)?.symbols).toEqual([btc, 'ETH/USDT']);
    await reader.leave();
    await live.clock.advance(pollIntervalMs);
    expect(live.port.tickerCalls.at(-1)?.symbols).toEqual(['ETH/USDT']);
  });

  test('that fails is not reported as healthy when it has no subscribers any longer', async () => {
    const reader = live.read([btc]);
    await live.clock.advance(100);
    live.port.fail(down);
    await live.clock.advance(2 * pollIntervalMs);
    await reader.leave();
    await live.clock.advance(lingerMs - 1);
    expect(live.health).toEqual(['kraken EXCHANGE_UNAVAILABLE']);
  });
});

describe('a ticker that is streamed', () => {
  beforeEach(() => live.streams.offer('ticker'));

  test('continues while it lingers, and is sent at once without a call', async () => {
    const reader = live.read([btc]);
    await live.clock.advance(100);
    push(2);
    await reader.leave();
    await live.clock.advance(lateMs - 1000);
    push(3);
    await live.clock.advance(500);
    const made = calls();
    const back = live.read([btc]);
    await live.clock.advance(3 * pollIntervalMs);
    expect(back.texts).toEqual([`${btc} 3`]);
    expect(calls()).toBe(made);
    expect(live.streams.all).toHaveLength(1);
  });

  test.each([2, 7])('and interrupted without subscribers is fetched when one comes back, %i', async (last) => {
    const reader = live.read([btc]);
    await live.clock.advance(100);
    push(2);
    await live.clock.advance(100);
    await reader.leave();
    live.streams.interrupt('ticker', btc);
    const made = calls();
    await live.clock.advance(lateMs);
    expect(calls()).toBe(made);
    await comesWithOneCall(last);
    // Its stream is the same one, which may be about to reconnect.
    expect(live.streams.all).toHaveLength(1);
    await live.clock.advance(pollIntervalMs);
    expect(calls()).toBe(made + 2);
    push(8);
    expect(live.feeds.liveTicker('kraken', btc)?.value.last).toBe(8);
  });

  test('and interrupted without subscribers is sent as stale where the call fails', async () => {
    const reader = live.read([btc]);
    await live.clock.advance(100);
    push(2);
    await reader.leave();
    live.streams.interrupt('ticker', btc);
    await live.clock.advance(lateMs);
    live.port.fail(down);
    const back = live.read([btc]);
    await settle();
    expect(back.texts).toEqual([`${btc} 2 stale`]);
  });

  test('and silent is sent to a subscriber that comes back, although there is no call for it', async () => {
    live.port.set(btc, new MarketDataError('NOT_SUPPORTED', 'no such call'));
    const reader = live.read([btc]);
    await live.clock.advance(100);
    push(2);
    await live.clock.advance(silenceMs + 1000);
    await reader.leave();
    await live.clock.advance(lateMs);
    const back = live.read([btc]);
    await settle();
    expect(back.texts).toEqual([`${btc} 2`]);
  });

  test('and speaks before the call is answered is sent from the stream', async () => {
    const reader = live.read([btc]);
    await live.clock.advance(100);
    push(2);
    await reader.leave();
    live.streams.interrupt('ticker', btc);
    await live.clock.advance(lateMs);
    const release = live.port.hold();
    const back = live.read([btc]);
    await settle();
    push(5);
    await settle();
    expect(back.texts).toEqual([`${btc} 5`]);
    release();
    await settle();
    expect(back.texts).toEqual([`${btc} 5`]);
  });
});

describe('a query for a lingering market', () => {
  test('is answered from memory while that is as new as a poll would be', async () => {
    const reader = live.read([btc]);
    await live.clock.advance(100);
    await reader.leave();
    expect(live.feeds.liveTicker('kraken', btc)).toMatchObject({ isCurrent: true });
    await live.clock.advance(1.5 * pollIntervalMs + 1);
    expect(live.feeds.liveTicker('kraken', btc)).toMatchObject({ isCurrent: false });
    // What a query fetches is known again.
    const ticker = tickerOf({ exchange: 'kraken', symbol: btc, last: 4, receivedAt: live.clock.now() });
    live.feeds.offerTicker(ticker);
    const made = calls();
    const back = live.read([btc]);
    await settle();
    expect(back.texts).toEqual([`${btc} 4`]);
    expect(calls()).toBe(made);
  });
});

describe('markets that have a call each', () => {
  test('are no longer fetched in a round that all have left', async () => {
    live.port.setOrderBook({ bids: [{ price: 1, amount: 1 }] });
    const symbols = ['A/B', 'C/D', 'E/F', 'G/H', 'I/J'];
    const readers = symbols.map((symbol) => live.follow(live.feeds.orderBook('kraken', symbol, 5), () => 'book'));
    await live.clock.advance(100);
    expect(live.port.orderBookCalls).toHaveLength(5);
    const release = live.port.hold();
    await live.clock.advance(pollIntervalMs);
    const under = live.port.orderBookCalls.length;
    expect(under).toBeLessThan(10);
    for (const reader of readers) await reader.leave();
    release();
    await live.clock.advance(lingerMs);
    expect(live.port.orderBookCalls).toHaveLength(under);
  });

  test.each([
    ['answered', null],
    ['failed', down],
  ])(
    'a subscriber that comes back receives no trades from before, and no gap in them, where the last poll %s',
    async (_how, error) => {
      const tradeAt = (timestamp: number): Trade => ({
        exchange: 'kraken',
        symbol: btc,
        id: String(timestamp),
        timestamp,
        price: 1,
        amount: 1,
        cost: 1,
        side: 'buy',
      });
      const toText = (value: readonly Trade[] | MarketDataError): string =>
        value instanceof MarketDataError ? value.code : value.map(({ id }) => id).join();
      const begin = live.clock.now();
      live.port.setTrades([tradeAt(begin - 1)]);
      const reader = live.follow(live.feeds.trades('kraken', btc), toText);
      await live.clock.advance(pollIntervalMs);
      live.port.fail(error);
      await live.clock.advance(pollIntervalMs);
      await reader.leave();
      const made = live.port.tradeCalls.length;
      await live.clock.advance(lateMs);
      expect(live.port.tradeCalls).toHaveLength(made);
      live.port.fail(null);
      // None of those known before: as after more trades than an exchange gives.
      const missed = [tradeAt(live.clock.now() - 2), tradeAt(live.clock.now() - 1)];
      live.port.setTrades(missed);
      const back = live.follow(live.feeds.trades('kraken', btc), toText);
      await live.clock.advance(pollIntervalMs);
      expect(back.texts).toEqual([]);
      const next = tradeAt(live.clock.now());
      live.port.setTrades([...missed, next]);
      await live.clock.advance(pollIntervalMs);
      expect(back.texts).toEqual([next.id]);
    },
  );
});

describe('a candle', () => {
  const candle = (close: number): Candle => {
    const timestamp = Math.floor(live.clock.now() / 60_000) * 60_000;
    return { timestamp, open: 1, high: 9, low: 1, close, volume: close, closed: false };
  };

  function follow(): Reader<Candle> {
    const toText = (value: Candle | MarketDataError): string =>
      value instanceof MarketDataError ? value.code : String(value.close);
    return live.follow(live.feeds.candles('kraken', btc, '1m'), toText);
  }

  beforeEach(() => live.port.setCandles([candle(1)]));

  test('that is polled is sent as it is then', async () => {
    const reader = follow();
    await live.clock.advance(100);
    await reader.leave();
    await live.clock.advance(lateMs);
    expect(live.port.candleCalls).toHaveLength(1);
    live.port.setCandles([candle(5)]);
    const back = follow();
    await settle();
    expect(back.texts).toEqual(['5']);
  });

  test('whose stream was interrupted is sent when the call is answered, not as it was before', async () => {
    live.streams.offer('candles');
    const reader = follow();
    await live.clock.advance(100);
    live.streams.push('candles', btc, [candle(2)]);
    await reader.leave();
    live.streams.interrupt('candles', btc);
    await live.clock.advance(lateMs);
    const release = live.port.hold();
    live.port.setCandles([candle(5)]);
    const back = follow();
    await settle();
    live.streams.push('candles', btc, [candle(6)], true);
    await settle();
    expect(back.texts).toEqual([]);
    release();
    await live.clock.advance(pollIntervalMs);
    expect(back.texts.at(-1)).toBe('6');
    expect(back.texts).not.toContain('2');
  });

  test('whose stream is silent is sent as it is then, where its polls had become slow', async () => {
    live.streams.offer('candles');
    const reader = follow();
    await live.clock.advance(100);
    live.streams.push('candles', btc, [candle(2)]);
    live.port.setCandles([candle(2)]);
    await live.clock.advance(silenceMs + 12 * pollIntervalMs);
    const made = live.port.candleCalls.length;
    while (live.port.candleCalls.length === made) await live.clock.advance(100);
    await live.clock.advance(4.5 * pollIntervalMs);
    expect(live.port.candleCalls).toHaveLength(made + 1);
    await reader.leave();
    await live.clock.advance(lateMs);
    live.port.setCandles([candle(5)]);
    const back = follow();
    await settle();
    expect(back.texts).toEqual(['5']);
  });
});
