import { beforeEach, describe, expect, test } from 'vitest';
import { LiveMarketData } from '../../../src/feed/live/live-market-data.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { AllTickers } from '../../../src/market/model/all-tickers.ts';
import type { MarketType } from '../../../src/market/model/market.ts';
import type { MarketData } from '../../../src/market/ports/market-data.ts';
import { settle } from '../../support/fakes/manual-clock.ts';
import { type LiveFeeds, lingerMs, staleMaxMs, useLiveFeeds } from '../../support/feed/live-feeds.ts';
import type { Reader } from '../../support/feed/reader.ts';

/** The polls of the test's feeds would be a second apart; those of screens are five. */
const pollMs = 5000;
const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');
const useLive = useLiveFeeds();

let live: LiveFeeds;
let data: MarketData;

beforeEach(() => {
  live = useLive();
  live.port.set('A/USD', { last: 1 });
  data = new LiveMarketData({ upstream: live.port, feeds: live.feeds, clock: live.clock, staleMaxMs });
});

function describeAll(all: AllTickers | MarketDataError): string {
  if (all instanceof MarketDataError) return all.code;
  const tickers = all.tickers.map(({ symbol, last }) => `${symbol} ${last}`);
  return `${tickers.join()} ${all.source}${all.stale ? ' stale' : ''}`;
}

function follow(type: MarketType | null = null): Reader<AllTickers> {
  return live.follow(live.feeds.allTickers({ exchange: 'kraken', type }), describeAll);
}

async function ask(type: MarketType | null = null): Promise<string> {
  return describeAll((await data.fetchAllTickers({ exchange: 'kraken', type })).value);
}

describe('subscribers to all tickers of an exchange', () => {
  test('share one poll for each type of market, five seconds apart, and receive what changes', async () => {
    const readers = Array.from({ length: 1000 }, () => follow());
    await settle();
    expect(live.port.allTickersCalls).toEqual([{ exchange: 'kraken', type: null, options: undefined }]);
    expect(live.feeds.counts).toMatchObject({ topics: 1, streams: 0, polls: 1, subscribers: 1000 });
    live.port.set('A/USD', { last: 2 });
    await live.clock.advance(pollMs - 1);
    expect(live.port.allTickersCalls).toHaveLength(1);
    await live.clock.advance(1);
    expect(live.port.allTickersCalls).toHaveLength(2);
    expect(live.port.allTickersCalls[1]?.options).toEqual({ maxAgeMs: 0 });
    await live.clock.advance(pollMs);
    expect(live.port.allTickersCalls).toHaveLength(3);
    for (const { texts } of readers) expect(texts).toEqual(['A/USD 1 FETCH', 'A/USD 2 POLL']);
    follow('spot');
    await settle();
    expect(live.feeds.counts).toMatchObject({ topics: 2, polls: 2 });
    expect(live.port.allTickersCalls.at(-1)).toMatchObject({ type: 'spot' });
  });

  test('receive the last page once more, marked stale, when the exchange fails, and the next one afterwards', async () => {
    const reader = follow();
    await settle();
    live.port.fail(down);
    await live.clock.advance(3 * pollMs);
    expect(reader.texts).toEqual(['A/USD 1 FETCH', 'A/USD 1 FETCH stale']);
    expect(live.feeds.states).toMatchObject([{ kind: 'allTickers', isStale: true }]);
    live.port.fail(null);
    await live.clock.advance(30_000);
    expect(reader.texts.at(-1)).toBe('A/USD 1 POLL');
  });

  test('fail with an error that names no symbol if the exchange cannot do it', async () => {
    live.port.fail(new MarketDataError('NOT_SUPPORTED', 'no', { exchange: 'kraken' }));
    const reader = follow();
    await settle();
    expect(reader.seen).toMatchObject([{ code: 'NOT_SUPPORTED', details: { exchange: 'kraken' } }]);
    expect(reader.ended).toBe(true);
  });

  test('fail without a symbol while the exchange wants a pause', async () => {
    const reader = follow();
    await settle();
    const pause = new MarketDataError('RATE_LIMITED', 'not now', { exchange: 'kraken', retryAfterMs: 60_000 });
    live.port.fail(pause);
    await live.clock.advance(2 * pollMs);
    expect(reader.texts.at(-1)).toBe('A/USD 1 FETCH stale');
    expect(pause.withSymbol('').details).not.toHaveProperty('symbol');
  });

  test('begin as an operation once there is a page, with the error of the exchange otherwise', async () => {
    const query = { exchange: 'kraken', type: null } as const;
    live.follow(await live.operations.allTickers(query), describeAll);
    await expect(live.operations.allTickers({ ...query, exchange: 'krakn' })).rejects.toMatchObject({
      code: 'EXCHANGE_NOT_FOUND',
    });
  });
});

describe('a query for all tickers', () => {
  test('is answered by the feed while it is polled, and by a call otherwise', async () => {
    expect(await ask()).toBe('A/USD 1 FETCH');
    expect(live.port.allTickersCalls).toHaveLength(1);
    follow();
    await settle();
    live.port.set('A/USD', { last: 2 });
    await live.clock.advance(pollMs);
    const calls = live.port.allTickersCalls.length;
    const { value, freshUntil, isCurrent } = await data.fetchAllTickers({ exchange: 'kraken', type: null });
    expect(describeAll(value)).toBe('A/USD 2 POLL');
    expect(freshUntil).toBe(Number.POSITIVE_INFINITY);
    expect(isCurrent?.()).toBe(true);
    expect(live.port.allTickersCalls).toHaveLength(calls);
    expect(await ask('spot')).toBe('A/USD 2 FETCH');
    expect(live.port.allTickersCalls).toHaveLength(calls + 1);
    live.port.set('A/USD', { last: 3 });
    await live.clock.advance(pollMs);
    expect(isCurrent?.()).toBe(false);
  });

  test('never goes back in time once the feed has ended', async () => {
    const reader = follow();
    await settle();
    const old = await live.port.fetchAllTickers({ exchange: 'kraken', type: null });
    live.port.set('A/USD', { last: 2 });
    await live.clock.advance(pollMs);
    expect(await ask()).toBe('A/USD 2 POLL');
    await reader.leave();
    await live.clock.advance(lingerMs);
    const accepted: (number | undefined)[] = [];
    const upstream: MarketData = Object.create(live.port, {
      fetchAllTickers: {
        value: async (
          query: Parameters<MarketData['fetchAllTickers']>[0],
          options?: { readonly maxAgeMs?: number },
        ) => {
          accepted.push(options?.maxAgeMs);
          return options?.maxAgeMs === 0 ? live.port.fetchAllTickers(query, options) : old;
        },
      },
    });
    const { clock, feeds } = live;
    const others = new LiveMarketData({ upstream, feeds, clock, staleMaxMs });
    expect(describeAll((await others.fetchAllTickers({ exchange: 'kraken', type: null })).value)).toBe('A/USD 1 FETCH');
    follow();
    await settle();
    await live.clock.advance(pollMs);
    await others.fetchAllTickers({ exchange: 'kraken', type: null });
    await live.leaveNothing();
    expect(describeAll((await others.fetchAllTickers({ exchange: 'kraken', type: null })).value)).toBe('A/USD 2 FETCH');
    expect(accepted).toEqual([undefined, undefined, 0]);
  });

  test('has the last known page, marked stale, if the feed and the call fail', async () => {
    follow();
    await settle();
    live.port.fail(down);
    await live.clock.advance(2 * pollMs);
    expect(await ask()).toBe('A/USD 1 FETCH stale');
    await live.clock.advance(staleMaxMs);
    await expect(ask()).rejects.toBe(down);
  });
});
