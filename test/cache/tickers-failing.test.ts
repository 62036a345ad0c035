import { beforeEach, describe, expect, test } from 'vitest';
import { TickerCache } from '../../src/cache/tickers.ts';
import { MarketDataError } from '../../src/market/errors.ts';
import type { FetchOptions, MarketData, TickerResults } from '../../src/market/ports/market-data.ts';
import { FakeMarketData } from '../support/fakes/fake-market-data.ts';
import { ManualClock } from '../support/fakes/manual-clock.ts';
import { toPlainTickers } from '../support/fakes/plain-market-data.ts';
import { toText } from '../support/ticker-text.ts';

const btc = 'BTC/USDT';
const eth = 'ETH/USDT';
const ttlMs = 1000;
const staleMaxMs = 60_000;
const gatherMs = 10;
const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'the exchange is down');

let clock: ManualClock;
let port: FakeMarketData;
let cache: Pick<MarketData, 'fetchTickers'>;

beforeEach(() => {
  clock = new ManualClock();
  port = new FakeMarketData(clock);
  port.set(btc, { last: 1 });
  port.set(eth, { last: 2 });
  cache = new TickerCache({ upstream: port, clock, ttlMs, staleMaxMs });
});

function textsOf(results: TickerResults): readonly string[] {
  return [...toPlainTickers(results).values()].map(toText);
}

/** Asks, and lets the gather time pass if the answer is not there at once. */
async function ask(
  symbols: readonly string[] = [btc],
  options?: FetchOptions,
  exchange = 'kraken',
): Promise<readonly string[]> {
  const answer = cache.fetchTickers(exchange, symbols, options);
  if (clock.pending > 0) await clock.advance(gatherMs);
  return textsOf(await answer);
}

describe('while the exchange fails', () => {
  test('the last known ticker answers, marked stale, until it is staleMaxMs old; then the error does', async () => {
    await ask();
    await clock.advance(ttlMs);
    port.fail(down);
    expect(await ask()).toEqual(['BTC/USDT 1 stale']);
    await clock.advance(staleMaxMs - ttlMs - 2 * gatherMs);
    expect(await ask()).toEqual(['BTC/USDT 1 stale']);
    await clock.advance(1);
    expect(await ask()).toEqual(['BTC/USDT EXCHANGE_UNAVAILABLE']);
    await clock.advance(ttlMs);
    expect(await ask()).toEqual(['BTC/USDT EXCHANGE_UNAVAILABLE']);
  });

  test('the stale answer keeps when it was received', async () => {
    const receivedAt = clock.now() + gatherMs;
    await ask();
    await clock.advance(ttlMs);
    port.fail(down);
    const answer = cache.fetchTickers('kraken', [btc]);
    await clock.advance(gatherMs);
    expect((await answer).get(btc)).toMatchObject({ value: { receivedAt, stale: true, source: 'FETCH' } });
  });

  test('a renewal that failed is not repeated within ttlMs', async () => {
    await ask();
    await clock.advance(ttlMs);
    port.fail(down);
    await ask();
    expect(port.tickerCalls).toHaveLength(2);
    await clock.advance(ttlMs - 1);
    expect(await ask()).toEqual(['BTC/USDT 1 stale']);
    expect(port.tickerCalls).toHaveLength(2);
    await clock.advance(1);
    await ask();
    expect(port.tickerCalls).toHaveLength(3);
  });

  test('a renewal that failed is not repeated within ttlMs when the last known ticker is too old to answer', async () => {
    await ask();
    await clock.advance(2 * staleMaxMs);
    port.fail(down);
    expect(await ask()).toEqual(['BTC/USDT EXCHANGE_UNAVAILABLE']);
    expect(await ask()).toEqual(['BTC/USDT EXCHANGE_UNAVAILABLE']);
    expect(port.tickerCalls).toHaveLength(2);
  });

  test('a symbol that was never fetched answers with the error', async () => {
    port.fail(down);
    expect(await ask()).toEqual(['BTC/USDT EXCHANGE_UNAVAILABLE']);
  });

  test('tickers are fresh again after the exchange has recovered', async () => {
    await ask();
    await clock.advance(ttlMs);
    port.fail(down);
    expect(await ask()).toEqual(['BTC/USDT 1 stale']);
    await clock.advance(ttlMs);
    port.fail(null);
    expect(await ask()).toEqual(['BTC/USDT 1']);
    expect(await ask()).toEqual(['BTC/USDT 1']);
    expect(port.tickerCalls).toHaveLength(3);
  });

  test('a successful call with maxAgeMs 0 ends the failure for all callers', async () => {
    await ask();
    await clock.advance(ttlMs);
    port.fail(down);
    expect(await ask()).toEqual(['BTC/USDT 1 stale']);
    port.fail(null);
    await ask([btc], { maxAgeMs: 0 });
    expect(await ask()).toEqual(['BTC/USDT 1']);
    expect(port.tickerCalls).toHaveLength(3);
  });

  test('one failing symbol does not affect the other symbols of its call', async () => {
    await ask([btc, eth]);
    await clock.advance(ttlMs);
    port.set(btc, down);
    port.set(eth, { last: 4 });
    expect(await ask([btc, eth, 'SOL/USDT'])).toEqual(['BTC/USDT 1 stale', 'ETH/USDT 4', 'SOL/USDT SYMBOL_NOT_FOUND']);
    expect(port.tickerCalls).toHaveLength(2);
  });

  test('another exchange is not affected', async () => {
    await ask([btc], {}, 'kraken');
    port.fail(down);
    expect(await ask([btc], {}, 'binance')).toEqual(['BTC/USDT EXCHANGE_UNAVAILABLE']);
    expect(await ask([btc], {}, 'kraken')).toEqual(['BTC/USDT 1']);
  });
});

describe('a request error', () => {
  const notFound = new MarketDataError('SYMBOL_NOT_FOUND', 'delisted');
  const notSupported = new MarketDataError('NOT_SUPPORTED', 'no tickers');

  test.each([notFound, notSupported])('$code never answers with a stale ticker', async (error) => {
    await ask();
    await clock.advance(ttlMs);
    port.set(btc, error);
    expect(await ask()).toEqual([`BTC/USDT ${error.code}`]);
    expect(await ask()).toEqual([`BTC/USDT ${error.code}`]);
  });

  test('forgets the ticker: a later failure of the exchange answers with the error, not with a stale ticker', async () => {
    await ask();
    await clock.advance(ttlMs);
    port.set(btc, notFound);
    await ask();
    port.fail(down);
    expect(await ask()).toEqual(['BTC/USDT EXCHANGE_UNAVAILABLE']);
  });

  test('in a call with maxAgeMs 0 forgets the ticker too', async () => {
    await ask();
    port.set(btc, notFound);
    expect(await ask([btc], { maxAgeMs: 0 })).toEqual(['BTC/USDT SYMBOL_NOT_FOUND']);
    expect(await ask()).toEqual(['BTC/USDT SYMBOL_NOT_FOUND']);
  });
});
