import { beforeEach, describe, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import { toMarketKey } from '../../../src/market/market-ref.ts';
import type { Quote } from '../../../src/market/quotes/quote.ts';
import { settle } from '../../support/fakes/manual-clock.ts';
import { type LiveFeeds, pollIntervalMs, startTimeoutMs, useLiveFeeds } from '../../support/feed/live-feeds.ts';
import type { Reader } from '../../support/feed/reader.ts';

const btc = 'BTC/USDT';
const eth = 'ETH/USDT';
const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');
const unlisted = new MarketDataError('SYMBOL_NOT_FOUND', 'none');
const useLive = useLiveFeeds();

let live: LiveFeeds;

beforeEach(() => {
  live = useLive();
  live.port.set(btc, { last: 100, bid: 99, ask: 101 });
  live.port.set(btc, { last: 102, bid: 101.5, ask: 103 }, 'binance');
  live.port.set(eth, { last: 10 });
});

/** Settles while time passes. */
async function withTime<T>(promise: Promise<T>, ms: number): Promise<T> {
  promise.catch(() => {});
  await live.clock.advance(ms);
  return promise;
}

describe('quote', () => {
  const toText = (value: Quote | MarketDataError): string =>
    value instanceof MarketDataError
      ? value.code
      : value.exchanges.map(({ ticker, leftOut, errorCode }) => errorCode ?? leftOut ?? ticker?.last).join(' ');

  async function open(exchanges: readonly string[], symbol = btc, ms = 0): Promise<Reader<Quote>> {
    const reader = live.follow(await withTime(live.operations.quote(symbol, exchanges), ms), toText);
    await settle();
    return reader;
  }

  test('begins with all exchanges that are known, and follows each', async () => {
    const reader = await open(['kraken', 'binance']);
    expect(reader.texts).toEqual(['100 102']);
    expect(reader.seen[0]).toMatchObject({
      bestBid: { exchange: 'binance', price: 101.5 },
      bestAsk: { exchange: 'kraken', price: 101 },
      spread: -0.5,
      median: 101,
    });
    live.port.set(btc, { last: 105 }, 'binance');
    await live.clock.advance(pollIntervalMs);
    expect(reader.texts).toEqual(['100 102', '100 105']);
  });

  test('does not wait for an exchange that hangs, which joins when it answers', async () => {
    const release = live.port.holdOn('binance');
    const reader = await open(['binance', 'kraken']);
    expect(reader.texts).toEqual(['FAILED 100']);
    await live.clock.advance(3000);
    expect(reader.texts).toEqual(['FAILED 100', 'TIMEOUT 100']);
    release();
    await live.clock.advance(pollIntervalMs);
    expect(reader.texts.at(-1)).toBe('102 100');
  });

  test('does not wait for an exchange that fails, which joins when it works', async () => {
    live.port.failOn('binance', down);
    const reader = await open(['binance', 'kraken']);
    await live.clock.advance(100);
    expect(reader.texts.at(-1)).toBe('EXCHANGE_UNAVAILABLE 100');
    live.port.failOn('binance', null);
    await live.clock.advance(30_000);
    expect(reader.texts.at(-1)).toBe('102 100');
  });

  test('has an exchange that fails later as stale', async () => {
    const reader = await open(['binance', 'kraken']);
    live.port.failOn('binance', down);
    await live.clock.advance(2 * pollIntervalMs);
    expect(reader.texts.at(-1)).toBe('STALE 100');
    expect(reader.seen.at(-1)).toMatchObject({ bestBid: { exchange: 'kraken', price: 99 }, median: 100 });
    // Its last ticker is too old by now.
    await live.clock.advance(70_000);
    live.port.set(btc, { last: 99 }, 'kraken');
    await live.clock.advance(pollIntervalMs);
    expect(reader.texts.at(-1)).toBe('EXCHANGE_UNAVAILABLE 99');
  });

  test('makes no call to an exchange that does not list the symbol', async () => {
    live.port.set(btc, unlisted, 'binance');
    const reader = await open(['binance', 'kraken']);
    expect(reader.texts).toEqual(['SYMBOL_NOT_FOUND 100']);
    expect(new Set(live.port.tickerCalls.map(({ exchange }) => exchange))).toEqual(new Set(['kraken']));
    expect(live.feeds.counts).toMatchObject({ topics: 1, subscribers: 1 });
  });

  test('is refused if no exchange lists the symbol, or if an id is unknown, with all of them', async () => {
    await expect(live.operations.quote('NO/PE', ['binance', 'kraken'])).rejects.toMatchObject({
      code: 'SYMBOL_NOT_FOUND',
    });
    await expect(live.operations.quote(btc, ['krakn', 'kraken', 'binanc'])).rejects.toMatchObject({
      code: 'EXCHANGE_NOT_FOUND',
      message:
        'There is no exchange "krakn"; did you mean kraken? There is no exchange "binanc"; did you mean binance?',
      details: { suggestions: ['kraken', 'binance'] },
    });
    expect(live.feeds.counts.topics).toBe(0);
  });

  test('is refused with the reason if nothing comes in time', async () => {
    live.port.fail(down);
    const late = withTime(live.operations.quote(btc, ['kraken', 'binance']), startTimeoutMs);
    await expect(late).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
  });

  test('is refused with a clear message if no exchange answers at all', async () => {
    const releases = [live.port.holdOn('kraken'), live.port.holdOn('binance')];
    await expect(withTime(live.operations.quote(btc, ['kraken', 'binance']), startTimeoutMs)).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: 'kraken, binance sent nothing that could be delivered within 10000 ms; try again.',
    });
    for (const release of releases) release();
    await settle();
    expect(live.feeds.counts.subscribers).toBe(0);
  });

  test('ends when the server stops, and cannot begin afterwards', async () => {
    const reader = await open(['kraken', 'binance']);
    live.feeds.close();
    await settle();
    expect(reader.ended).toBe(true);
    await expect(live.operations.quote(btc, ['kraken'])).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
  });
});

describe('watchlist', () => {
  const all = [
    { exchange: 'kraken', symbol: btc },
    { exchange: 'binance', symbol: btc },
    { exchange: 'binance', symbol: eth },
  ];
  const start = (markets = all, skipUnknown = false, ms = 0) =>
    withTime(live.operations.watchlist(markets, skipUnknown), ms);

  test('sends the same symbol of each exchange, and each of its changes', async () => {
    const subscription = await start();
    const keys = subscription.latest.map(({ key }) => key);
    expect(keys).toEqual(all.map(toMarketKey));
    const reader = live.follow(subscription, (ticker) =>
      ticker instanceof MarketDataError ? ticker.code : `${ticker.exchange} ${ticker.symbol} ${ticker.last}`,
    );
    await settle();
    expect(reader.texts).toEqual(['kraken BTC/USDT 100', 'binance BTC/USDT 102', 'binance ETH/USDT 10']);
    live.port.set(btc, { last: 1 }, 'kraken');
    live.port.set(btc, { last: 2 }, 'binance');
    await live.clock.advance(pollIntervalMs);
    expect(reader.texts.slice(3).sort()).toEqual(['binance BTC/USDT 2', 'kraken BTC/USDT 1']);
  });

  test('lists a market once, however often it is asked for', async () => {
    const subscription = await start([...all, ...all]);
    expect(subscription.latest).toHaveLength(3);
    live.follow(subscription, String);
  });

  test('names all unknown exchanges, or all unknown markets', async () => {
    const unknown = [
      { exchange: 'krakn', symbol: btc },
      { exchange: 'binanc', symbol: btc },
    ];
    await expect(start([...all, ...unknown])).rejects.toMatchObject({
      code: 'EXCHANGE_NOT_FOUND',
      message: expect.stringMatching(/krakn.*binanc/),
    });
    const missing = ['kraken', 'binance'].map((exchange) => ({ exchange, symbol: `${exchange}/NOPE` }));
    await expect(start([...all, ...missing])).rejects.toMatchObject({
      code: 'SYMBOL_NOT_FOUND',
      message: expect.stringMatching(/kraken has no market .* binance has no market/),
      details: { symbols: ['kraken/NOPE', 'binance/NOPE'] },
    });
    const subscription = await start([...unknown, ...missing, ...all], true);
    expect(subscription.latest.map(({ key }) => key)).toEqual(all.map(toMarketKey));
    live.follow(subscription, String);
    await expect(start([...unknown, ...missing], true)).rejects.toMatchObject({ code: 'EXCHANGE_NOT_FOUND' });
    await expect(start([])).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: 'markets is empty; give at least one.',
    });
  });

  test('waits three seconds for the markets of an exchange that hangs, and begins without it', async () => {
    const release = live.port.holdOn('binance');
    const subscription = await start(all, false, 3000);
    const reader = live.follow(subscription, (ticker) =>
      ticker instanceof MarketDataError ? ticker.code : `${ticker.exchange} ${ticker.last}`,
    );
    await settle();
    expect(reader.texts).toEqual(['kraken 100']);
    release();
    await settle();
    expect(reader.texts).toEqual(['kraken 100', 'binance 102', 'binance 10']);
  });

  test('begins without an exchange that fails', async () => {
    live.port.failOn('binance', new MarketDataError('GEO_BLOCKED', 'not from here'));
    const reader = live.follow(await start(), String);
    await settle();
    expect(reader.seen).toMatchObject([{ exchange: 'kraken' }]);
    live.port.failOn('binance', null);
    await live.clock.advance(60_000);
    expect(reader.seen).toHaveLength(3);
  });
});
