import { beforeEach, describe, expect, test } from 'vitest';
import { AllTickersCache } from '../../src/cache/all-tickers.ts';
import { MarketDataError } from '../../src/market/errors.ts';
import type { FetchOptions } from '../../src/market/ports/market-data.ts';
import { FakeMarketData } from '../support/fakes/fake-market-data.ts';
import { ManualClock } from '../support/fakes/manual-clock.ts';

const ttlMs = 5000;
const staleMaxMs = 60_000;
const query = { exchange: 'kraken', type: null } as const;
const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');

let clock: ManualClock;
let port: FakeMarketData;
let cache: AllTickersCache;

beforeEach(() => {
  clock = new ManualClock();
  port = new FakeMarketData(clock);
  port.set('A/USD', { last: 1 });
  port.set('A/USD:USD', { last: 2 });
  cache = new AllTickersCache({ upstream: port, clock, ttlMs, staleMaxMs });
});

/** Symbol, price and staleness of each ticker. */
async function ask(options?: FetchOptions): Promise<readonly string[]> {
  const { value } = await cache.fetchAllTickers(query, options);
  return value.tickers.map(({ symbol, last, stale }) => `${symbol} ${last}${stale || value.stale ? ' stale' : ''}`);
}

describe('the tickers of an exchange', () => {
  test('cost one call within the ttl and while a call is in progress, for each type of market', async () => {
    const release = port.hold();
    const both = [cache.fetchAllTickers(query), cache.fetchAllTickers(query)];
    release();
    const [one, other] = await Promise.all(both);
    expect(one?.value.tickers).toBe(other?.value.tickers);
    await clock.advance(ttlMs - 1);
    await ask();
    expect(port.allTickersCalls).toHaveLength(1);
    await cache.fetchAllTickers({ ...query, type: 'spot' });
    await cache.fetchAllTickers({ ...query, exchange: 'binance' });
    expect(port.allTickersCalls).toHaveLength(3);
    await clock.advance(2);
    await ask();
    expect(port.allTickersCalls).toHaveLength(4);
    await ask({ maxAgeMs: 0 });
    expect(port.allTickersCalls).toHaveLength(5);
  });

  test('come from memory, marked stale, while the exchange fails, and not for ever', async () => {
    await ask();
    port.fail(down);
    await clock.advance(ttlMs + 1);
    expect(await ask()).toEqual(['A/USD 1 stale', 'A/USD:USD 2 stale']);
    await ask();
    expect(port.allTickersCalls).toHaveLength(2);
    await expect(ask({ maxAgeMs: 0 })).rejects.toBe(down);
    await clock.advance(staleMaxMs);
    await expect(ask()).rejects.toBe(down);
    port.fail(null);
    await clock.advance(ttlMs + 1);
    expect(await ask()).toEqual(['A/USD 1', 'A/USD:USD 2']);
  });

  test('of a kind that fails are stale, next to the others, and not for ever', async () => {
    await ask();
    port.set('A/USD', { last: 3 });
    port.set('A/USD:USD', down);
    await clock.advance(ttlMs + 1);
    expect(await ask()).toEqual(['A/USD 3', 'A/USD:USD 2 stale']);
    await clock.advance(ttlMs + 1);
    expect(await ask()).toEqual(['A/USD 3', 'A/USD:USD 2 stale']);
    await clock.advance(staleMaxMs);
    expect(await ask()).toEqual(['A/USD 3']);
  });

  test('are not remembered if the exchange cannot send them', async () => {
    await ask();
    const refusal = new MarketDataError('NOT_SUPPORTED', 'no');
    port.fail(refusal);
    await clock.advance(ttlMs + 1);
    await expect(ask()).rejects.toBe(refusal);
  });

  test('that are hot answer while they are renewed, and are stale at once if that fails', async () => {
    for (let life = 0; life < 4; life++) {
      await ask();
      await clock.advance(ttlMs);
    }
    const before = port.allTickersCalls.length;
    port.fail(down);
    expect(await ask()).toEqual(['A/USD 1', 'A/USD:USD 2']);
    await clock.advance(1);
    expect(await ask()).toEqual(['A/USD 1 stale', 'A/USD:USD 2 stale']);
    expect(port.allTickersCalls).toHaveLength(before + 1);
    expect(port.allTickersCalls.at(-1)?.options).toEqual({ isRenewal: true });
  });
});
