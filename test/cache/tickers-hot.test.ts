import { beforeEach, describe, expect, test } from 'vitest';
import { TickerCache } from '../../src/cache/tickers.ts';
import { MarketDataError } from '../../src/market/errors.ts';
import type { TickerResult } from '../../src/market/ports/market-data.ts';
import { FakeMarketData, tickerOf } from '../support/fakes/fake-market-data.ts';
import { ManualClock } from '../support/fakes/manual-clock.ts';

const ttlMs = 1000;
const staleMaxMs = 60_000;
const gatherMs = 10;
const callMs = 300;
/** After what time a renewal is late: see CallTimes. */
const lateMs = ((callMs + gatherMs) * 3) / 2;
const exchange = 'kraken';
const [btc, eth, sol] = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT'] as const;

let clock: ManualClock;
let port: FakeMarketData;
let cache: TickerCache;
let price: number;
let durationMs: number;
let renewals: number;

/** An exchange that takes `durationMs` for each call. */
class DistantMarketData extends FakeMarketData {
  override async fetchTickers(...args: Parameters<FakeMarketData['fetchTickers']>) {
    price += 1;
    for (const symbol of args[1]) this.set(symbol, { last: price });
    await new Promise<void>((resolve) => clock.after(durationMs, resolve));
    return super.fetchTickers(...args);
  }
}

beforeEach(() => {
  clock = new ManualClock();
  port = new DistantMarketData(clock);
  price = 0;
  durationMs = callMs;
  renewals = 0;
  const fetchesTogether = () => true;
  const onRenewal = () => {
    renewals += 1;
  };
  cache = new TickerCache({ upstream: port, clock, ttlMs, staleMaxMs, fetchesTogether, onRenewal });
});

/** The answer if it is there at once, otherwise null. */
async function askNow(symbol: string = btc): Promise<TickerResult | null> {
  let result: TickerResult | null = null;
  cache.fetchTickers(exchange, [symbol]).then((results) => {
    result = results.get(symbol) ?? null;
  });
  await clock.advance(0);
  return result;
}

async function textNow(symbol: string = btc): Promise<string> {
  const result = await askNow(symbol);
  if (result === null) return 'waits';
  if (result instanceof MarketDataError) return result.code;
  return `${result.value.last}${result.value.stale ? ' stale' : ''}`;
}

/** Asks for symbols in steps of 10 ms; resolves with how many requests waited. */
async function askFor(ms: number, symbols: readonly string[] = [btc]): Promise<number> {
  let waits = 0;
  for (let step = 0; step < ms / 10; step++) {
    for (const symbol of symbols) if ((await askNow(symbol)) === null) waits += 1;
    await clock.advance(10);
  }
  return waits;
}

/** Asks until the ticker is hot, and its renewed value has just expired. */
async function heat(symbols: readonly string[] = [btc]): Promise<void> {
  await askFor(6000, symbols);
  while ((await askNow(symbols[0])) !== null && !(await isExpired(symbols[0]))) await clock.advance(10);
}

async function isExpired(symbol: string = btc): Promise<boolean> {
  const result = await askNow(symbol);
  return result !== null && !(result instanceof MarketDataError) && result.freshUntil <= clock.now();
}

describe('a hot ticker', () => {
  test('answers while it is being renewed, and no request waits any longer', async () => {
    expect(await askFor(4000)).toBeGreaterThan(0);
    const calls = port.tickerCalls.length;
    const seconds = 10;
    expect(await askFor(seconds * 1000)).toBe(0);
    const periods = (seconds * 1000) / (ttlMs + callMs + gatherMs);
    expect(port.tickerCalls.length - calls).toBeLessThanOrEqual(Math.ceil(periods));
    expect(port.tickerCalls.length - calls).toBeGreaterThanOrEqual(Math.floor(periods));
    expect(renewals).toBeGreaterThan(0);
    expect(port.tickerCalls.at(-1)?.options).toEqual({ maxAgeMs: ttlMs, isRenewal: true });
    expect(port.tickerCalls[0]?.options).toEqual({ maxAgeMs: ttlMs });
  });

  test('declares until when it answers, and that it is no longer current once the renewal has ended', async () => {
    await heat();
    const result = await askNow();
    if (result === null || result instanceof MarketDataError) throw new Error('it waits');
    expect(result).toMatchObject({ reusableUntil: result.freshUntil + lateMs });
    expect(result.isCurrent?.()).toBe(true);
    await clock.advance(gatherMs + callMs);
    expect(result.isCurrent?.()).toBe(false);
  });

  test('answers no longer than its time to live and the time after which a call is late', async () => {
    await heat();
    durationMs = 60_000;
    const first = await askNow();
    if (first === null || first instanceof MarketDataError) throw new Error('it waits');
    await clock.advance(first.freshUntil + lateMs - clock.now() - 1);
    expect(await askNow()).toMatchObject({ value: first.value });
    await clock.advance(1);
    expect(await textNow()).toBe('waits');
    expect(port.tickerCalls.at(-1)?.options).toMatchObject({ isRenewal: true });
  });

  test('whose renewal fails is stale at once, and the exchange is not asked again before its time', async () => {
    await heat();
    const known = await textNow();
    port.fail(new MarketDataError('EXCHANGE_UNAVAILABLE', 'down'));
    await clock.advance(gatherMs + callMs);
    const calls = port.tickerCalls.length;
    expect(await textNow()).toBe(`${known} stale`);
    await clock.advance(ttlMs - 1);
    expect(await textNow()).toBe(`${known} stale`);
    expect(port.tickerCalls).toHaveLength(calls);
    await clock.advance(1);
    expect(await textNow()).toBe('waits');
  });

  test('that the renewal brings nothing for waits, like one that is no longer hot', async () => {
    await heat();
    port.fetchTickers = async () => new Map();
    await clock.advance(gatherMs + callMs);
    expect(await textNow()).toBe('waits');
  });

  test('that failed does not answer as if it had not, however long calls take', async () => {
    durationMs = 2000;
    await askFor(20_000);
    while (!(await isExpired())) await clock.advance(10);
    port.fail(new MarketDataError('EXCHANGE_UNAVAILABLE', 'down'));
    await clock.advance(gatherMs + durationMs);
    durationMs = 1;
    await clock.advance(ttlMs);
    expect(await textNow()).toBe('waits');
  });

  test('waits for a newer value if the query asks for one', async () => {
    await heat();
    const results = cache.fetchTickers(exchange, [btc], { maxAgeMs: ttlMs });
    await clock.advance(gatherMs + callMs);
    const result = (await results).get(btc);
    expect(result).toMatchObject({ value: { receivedAt: clock.now() } });
  });

  test('causes no call after the last request', async () => {
    await heat();
    await clock.advance(gatherMs + callMs);
    const calls = port.tickerCalls.length;
    await clock.advance(60_000);
    expect(port.tickerCalls).toHaveLength(calls);
    expect(clock.pending).toBe(0);
  });
});

describe('several hot tickers', () => {
  test('that were first asked for at different times end up in one call per time to live', async () => {
    const symbols = Array.from({ length: 10 }, (_, index) => `C${index}/USDT`);
    for (const symbol of symbols) {
      await askNow(symbol);
      await clock.advance(97);
    }
    await askFor(8000, symbols);
    const calls = port.tickerCalls.length;
    await askFor(13_100, symbols);
    expect(port.tickerCalls.length - calls).toBeLessThanOrEqual(10);
    expect(port.tickerCalls.at(-1)?.symbols).toHaveLength(10);
  });

  test('are renewed without those that nobody has asked for since they were received', async () => {
    await heat([btc, eth, sol]);
    await clock.advance(gatherMs + callMs);
    await askFor(2700, [btc, eth]);
    expect(new Set(port.tickerCalls.at(-1)?.symbols)).toEqual(new Set([btc, eth]));
  });

  test('that are renewed early stay fresh if that fails', async () => {
    await heat([btc, eth]);
    await clock.advance(gatherMs + callMs);
    await clock.advance(ttlMs / 2);
    const newer = cache.fetchTickers(exchange, [eth], { maxAgeMs: 0 });
    await clock.advance(gatherMs + callMs);
    await newer;
    await clock.advance(10);
    const known = await textNow(eth);
    await askFor(ttlMs / 2 - callMs);
    port.fail(new MarketDataError('EXCHANGE_UNAVAILABLE', 'down'));
    await clock.advance(gatherMs + callMs);
    expect(new Set(port.tickerCalls.at(-1)?.symbols)).toEqual(new Set([btc, eth]));
    expect(await textNow(btc)).toMatch(/stale$/);
    expect(await textNow(eth)).toBe(known);
  });

  test('are not renewed early by an exchange that sends them one by one', async () => {
    const symbols = Array.from({ length: 10 }, (_, index) => `C${index}/USDT`);
    port.fetchTickers = async (id, asked, options) => {
      const results = new Map<string, TickerResult>();
      for (const symbol of asked) {
        port.tickerCalls.push({ exchange: id, symbols: [symbol], options });
        await new Promise<void>((resolve) => clock.after(100, resolve));
        results.set(symbol, { value: tickerOf({ exchange: id, symbol, receivedAt: clock.now() }), freshUntil: 0 });
      }
      return results;
    };
    const count = async (): Promise<number> => {
      await askFor(12_000, symbols);
      const before = port.tickerCalls.length;
      await askFor(20_000, symbols);
      return port.tickerCalls.length - before;
    };
    const together = await count();
    cache = new TickerCache({ upstream: port, clock, ttlMs, staleMaxMs });
    expect(together).toBeLessThanOrEqual((await count()) * 1.05);
  });

  test('are each renewed alone if the exchange cannot send them together', async () => {
    cache = new TickerCache({ upstream: port, clock, ttlMs, staleMaxMs });
    await askNow(btc);
    await clock.advance(500);
    await askFor(8000, [btc, eth]);
    expect(port.tickerCalls.at(-1)?.symbols).toHaveLength(1);
  });
});
