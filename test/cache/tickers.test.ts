import { beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import { TickerCache } from '../../src/cache/tickers.ts';
import { MarketDataError } from '../../src/market/errors.ts';
import type { FetchOptions, MarketData, TickerResults } from '../../src/market/ports/market-data.ts';
import { FakeMarketData } from '../support/fakes/fake-market-data.ts';
import { ManualClock, settle } from '../support/fakes/manual-clock.ts';
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

describe('a fresh ticker', () => {
  test('answers without a call until it is ttlMs old', async () => {
    expect(await ask()).toEqual(['BTC/USDT 1']);
    port.set(btc, { last: 3 });
    await clock.advance(ttlMs - 1);
    expect(await ask()).toEqual(['BTC/USDT 1']);
    expect(port.tickerCalls).toHaveLength(1);
    await clock.advance(1);
    expect(await ask()).toEqual(['BTC/USDT 3']);
    expect(port.tickerCalls).toHaveLength(2);
  });

  test('answers for as long as the caller accepts its age', async () => {
    await ask();
    await clock.advance(3 * ttlMs);
    await ask([btc], { maxAgeMs: 4 * ttlMs });
    expect(port.tickerCalls).toHaveLength(1);
    await ask([btc], { maxAgeMs: 2 * ttlMs });
    expect(port.tickerCalls).toHaveLength(2);
  });

  test('with ttlMs 0 answers within its millisecond and not later', async () => {
    cache = new TickerCache({ upstream: port, clock, ttlMs: 0, staleMaxMs });
    await ask();
    await ask();
    expect(port.tickerCalls).toHaveLength(1);
    await clock.advance(1);
    await ask();
    expect(port.tickerCalls).toHaveLength(2);
  });

  test('with ttlMs 0 still answers stale while the exchange fails', async () => {
    cache = new TickerCache({ upstream: port, clock, ttlMs: 0, staleMaxMs });
    await ask();
    await clock.advance(1);
    port.fail(down);
    expect(await ask()).toEqual(['BTC/USDT 1 stale']);
  });
});

describe('misses', () => {
  test('of a hundred callers at once cost one call with one symbol', async () => {
    const answers = Array.from({ length: 100 }, () => cache.fetchTickers('kraken', [btc]));
    await clock.advance(gatherMs);
    for (const answer of answers) expect(textsOf(await answer)).toEqual(['BTC/USDT 1']);
    expect(port.tickerCalls).toEqual([{ exchange: 'kraken', symbols: [btc], options: { maxAgeMs: ttlMs } }]);
  });

  test('of different callers within the gather time share one call, later ones share the next', async () => {
    const first = cache.fetchTickers('kraken', [btc]);
    await clock.advance(gatherMs - 1);
    const second = cache.fetchTickers('kraken', [eth, btc]);
    await clock.advance(1);
    const third = cache.fetchTickers('kraken', ['SOL/USDT']);
    await clock.advance(gatherMs);
    expect(textsOf(await first)).toEqual(['BTC/USDT 1']);
    expect(textsOf(await second)).toEqual(['ETH/USDT 2', 'BTC/USDT 1']);
    expect(textsOf(await third)).toEqual(['SOL/USDT SYMBOL_NOT_FOUND']);
    expect(port.tickerCalls.map(({ symbols }) => symbols)).toEqual([[btc, eth], ['SOL/USDT']]);
  });

  test('of different exchanges are separate calls', async () => {
    const answers = [cache.fetchTickers('kraken', [btc]), cache.fetchTickers('binance', [btc])];
    await clock.advance(gatherMs);
    const [kraken, binance] = await Promise.all(answers);
    expect([kraken?.get(btc), binance?.get(btc)]).toMatchObject([
      { value: { exchange: 'kraken' } },
      { value: { exchange: 'binance' } },
    ]);
    expect(port.tickerCalls.map(({ exchange, symbols }) => [exchange, symbols])).toEqual([
      ['kraken', [btc]],
      ['binance', [btc]],
    ]);
  });

  test('join a call in progress for the same symbol', async () => {
    const release = port.hold();
    const first = cache.fetchTickers('kraken', [btc]);
    await clock.advance(5000);
    const second = cache.fetchTickers('kraken', [btc]);
    await clock.advance(5000);
    release();
    expect(await Promise.all([first, second].map(async (answer) => textsOf(await answer)))).toEqual([
      ['BTC/USDT 1'],
      ['BTC/USDT 1'],
    ]);
    expect(port.tickerCalls).toHaveLength(1);
  });

  test('that join a call are answered when it ends, and do not wait for a later call for other symbols', async () => {
    const releaseFirst = port.hold();
    const first = cache.fetchTickers('kraken', [btc]);
    await clock.advance(gatherMs);
    const releaseSecond = port.hold();
    const other = cache.fetchTickers('kraken', [eth]);
    let joined: readonly string[] = [];
    void cache.fetchTickers('kraken', [btc]).then((results) => {
      joined = textsOf(results);
    });
    await clock.advance(gatherMs);
    expect(port.tickerCalls).toHaveLength(2);
    releaseFirst();
    await settle();
    expect(joined).toEqual(['BTC/USDT 1']);
    releaseSecond();
    await Promise.all([first, other]);
  });

  test('leave no timer behind', async () => {
    const release = port.hold();
    const answers = [cache.fetchTickers('kraken', [btc]), cache.fetchTickers('binance', [eth])];
    await clock.advance(gatherMs);
    answers.push(cache.fetchTickers('kraken', [btc]));
    release();
    await clock.advance(gatherMs);
    await Promise.all(answers);
    expect(clock.pending).toBe(0);
  });
});

describe('with maxAgeMs 0', () => {
  test('each call asks upstream', async () => {
    for (const last of [1, 2, 3]) {
      port.set(btc, { last });
      expect(await ask([btc], { maxAgeMs: 0 })).toEqual([`BTC/USDT ${last}`]);
    }
    expect(port.tickerCalls).toHaveLength(3);
  });

  test('a failure answers with the error and never with the last known ticker', async () => {
    await ask();
    port.fail(down);
    expect(await ask([btc], { maxAgeMs: 0 })).toEqual(['BTC/USDT EXCHANGE_UNAVAILABLE']);
    expect(await ask([btc], { maxAgeMs: 0 })).toEqual(['BTC/USDT EXCHANGE_UNAVAILABLE']);
    expect(port.tickerCalls).toHaveLength(3);
  });

  test('a success renews the answers of other callers', async () => {
    await ask();
    await clock.advance(ttlMs - 1);
    port.set(btc, { last: 5 });
    await ask([btc], { maxAgeMs: 0 });
    await clock.advance(ttlMs - 1);
    expect(await ask()).toEqual(['BTC/USDT 5']);
    expect(port.tickerCalls).toHaveLength(2);
  });

  test('a failure makes the answers of other callers stale', async () => {
    await ask();
    port.fail(down);
    await ask([btc], { maxAgeMs: 0 });
    expect(await ask()).toEqual(['BTC/USDT 1 stale']);
    expect(port.tickerCalls).toHaveLength(2);
  });
});

describe('an upstream that is a cache itself', () => {
  test('receives the lowest maximum age that any caller of a call accepts', async () => {
    const answers = [
      cache.fetchTickers('kraken', [btc]),
      cache.fetchTickers('kraken', [eth], { maxAgeMs: 0 }),
      cache.fetchTickers('kraken', [btc], { maxAgeMs: 300 }),
    ];
    await clock.advance(gatherMs);
    await Promise.all(answers);
    expect(port.tickerCalls.map(({ symbols, options }) => [symbols, options])).toEqual([[[btc, eth], { maxAgeMs: 0 }]]);
  });

  test('is called again for a caller that accepts only a lower age than the call in progress', async () => {
    const release = port.hold();
    const first = cache.fetchTickers('kraken', [btc]);
    await clock.advance(gatherMs);
    const second = cache.fetchTickers('kraken', [btc], { maxAgeMs: 0 });
    await clock.advance(gatherMs);
    release();
    await Promise.all([first, second]);
    expect(port.tickerCalls.map(({ options }) => options?.maxAgeMs)).toEqual([ttlMs, 0]);
  });

  test('has had a ticker for a while: the ticker is fresh only for the rest of its time', async () => {
    const receivedAt = clock.now() - 400;
    port.set(btc, { last: 1, receivedAt });
    const answer = cache.fetchTickers('kraken', [btc]);
    await clock.advance(gatherMs);
    expect((await answer).get(btc)).toMatchObject({ freshUntil: receivedAt + ttlMs });
  });
});

test('a ticker received by a clock a little ahead of ours is fresh, but not for longer than one received by ours', async () => {
  port.set(btc, { last: 1, receivedAt: clock.now() + 500 });
  await ask();
  const results = await cache.fetchTickers('kraken', [btc]);
  expect(results.get(btc)).toMatchObject({ value: { last: 1 }, freshUntil: clock.now() + ttlMs });
  expect(port.tickerCalls).toHaveLength(1);
});

test('an upstream that rejects is not remembered', async () => {
  let rejecting = true;
  const upstream: Pick<MarketData, 'fetchTickers'> = {
    fetchTickers: (...args) => (rejecting ? Promise.reject(new Error('a bug')) : port.fetchTickers(...args)),
  };
  cache = new TickerCache({ upstream, clock, ttlMs, staleMaxMs });
  const rejected = expect(cache.fetchTickers('kraken', [btc])).rejects.toThrow('a bug');
  await clock.advance(gatherMs);
  await rejected;
  rejecting = false;
  expect(await ask()).toEqual(['BTC/USDT 1']);
});

test('after the clock was set back, entries from its future do not answer', async () => {
  let skew = 0;
  const stepping: Clock = {
    now: () => clock.now() - skew,
    after: (delayMs, callback) => clock.after(delayMs, callback),
  };
  cache = new TickerCache({ upstream: port, clock: stepping, ttlMs, staleMaxMs });
  await ask();
  skew = 3_600_000;
  port.set(btc, { last: 9 });
  await ask();
  expect(port.tickerCalls).toHaveLength(2);
});

test('kinds of market that one exchange serves from different addresses do not wait for each other', async () => {
  const swap = 'BTC/USDT:USDT';
  const hanging: Pick<MarketData, 'fetchTickers'> = {
    fetchTickers: (exchange, symbols) =>
      symbols.includes(swap) ? new Promise(() => {}) : port.fetchTickers(exchange, symbols),
  };
  cache = new TickerCache({ upstream: hanging, clock, ttlMs, staleMaxMs });
  void cache.fetchTickers('kraken', [swap]);
  const spot = cache.fetchTickers('kraken', [btc]);
  await clock.advance(gatherMs);
  expect(textsOf(await spot)).toEqual(['BTC/USDT 1']);
});
