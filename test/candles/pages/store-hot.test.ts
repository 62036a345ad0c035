import { beforeEach, describe, expect, test } from 'vitest';
import { CandleStore } from '../../../src/candles/pages/store.ts';
import { createAnyTimeframe } from '../../../src/candles/timeframes/any-timeframe.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Candle, CandleQuery } from '../../../src/market/model/candle.ts';
import type { Fresh } from '../../../src/market/model/fresh.ts';
import type { FetchOptions } from '../../../src/market/ports/market-data.ts';
import { TrueCandles } from '../../support/fakes/candle-source.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const minuteMs = 60_000;
const ttlMs = 1000;
const callMs = 300;
const series = { exchange: 'kraken', symbol: 'BTC/USD', timeframe: '1m' } as const;
/** In the middle of a page, a few seconds after the start of a minute. */
const start = Date.UTC(2026, 2, 4, 12, 34, 5);

type Candles = Fresh<readonly Candle[]>;

let clock: ManualClock;
let source: TrueCandles;
let store: CandleStore;
let options: (FetchOptions | undefined)[];
let durationMs: number;
let failure: MarketDataError | null;
let renewals: number;

beforeEach(() => {
  clock = new ManualClock(start);
  source = new TrueCandles(clock);
  options = [];
  durationMs = callMs;
  failure = null;
  renewals = 0;
  source.before = async () => {
    await new Promise<void>((resolve) => clock.after(durationMs, resolve));
    if (failure) throw failure;
  };
  const fetchCandleRange = source.fetchCandleRange;
  source.fetchCandleRange = (range, given) => {
    options.push(given);
    return fetchCandleRange(range);
  };
  const onRenewal = () => {
    renewals += 1;
  };
  store = new CandleStore({ source, clock, ttlMs, timeoutMs: 30_000, onRenewal });
});

/** The answer if it is there at once, otherwise null. */
async function askNow(query: Partial<CandleQuery> = {}): Promise<Candles | null> {
  let answer: Candles | null = null;
  store.fetchCandles({ ...series, limit: 100, ...query }).then(
    (candles) => {
      answer = candles;
    },
    () => {},
  );
  await clock.advance(0);
  return answer;
}

/** Asks every 10 ms; resolves with how many requests waited. */
async function askFor(ms: number, query: Partial<CandleQuery> = {}): Promise<number> {
  let waits = 0;
  for (let step = 0; step < ms / 10; step++) {
    if ((await askNow(query)) === null) waits += 1;
    await clock.advance(10);
  }
  return waits;
}

/** Asks until the newest candles are hot and have just expired. */
async function heat(): Promise<Candles> {
  await askFor(6000);
  return untilExpired();
}

async function untilExpired(): Promise<Candles> {
  for (;;) {
    const answer = await askNow();
    if (answer && answer.freshUntil <= clock.now()) return answer;
    await clock.advance(10);
  }
}

describe('the newest candles, asked for again and again', () => {
  test('do not wait, and cause one call per time to live and call', async () => {
    expect(await askFor(4000)).toBeGreaterThan(0);
    const before = source.calls.length;
    expect(await askFor(13_000)).toBe(0);
    expect(source.calls.length - before).toBe(10);
    expect(renewals).toBeGreaterThanOrEqual(10);
    expect(options[0]).toBeUndefined();
    expect(options.at(-1)).toEqual({ isRenewal: true });
  });

  test('are fresh from the moment at which they were received, and end with their renewal', async () => {
    const { freshUntil, reusableUntil, isCurrent } = await heat();
    expect(reusableUntil).toBe(freshUntil + (callMs * 3) / 2);
    expect(isCurrent?.()).toBe(true);
    await clock.advance(callMs);
    expect(isCurrent?.()).toBe(false);
    expect(await askNow()).toMatchObject({ freshUntil: clock.now() + ttlMs });
  });

  test('do not wait when a period ends, and the candle that has ended is not closed before the exchange was asked', async () => {
    await heat();
    const end = Math.ceil(clock.now() / minuteMs) * minuteMs;
    expect(await askFor(end - clock.now())).toBe(0);
    const known = await askNow();
    expect(known?.value.at(-1)).toMatchObject({ timestamp: end - minuteMs, closed: false });
    expect(known?.value).toHaveLength(100);
    expect(await askFor(5000)).toBe(0);
    const { value = [] } = (await askNow()) ?? {};
    expect(value.slice(-2)).toMatchObject([
      { timestamp: end - minuteMs, closed: true },
      { timestamp: end, closed: false },
    ]);
  });

  test('wait if the query is for a candle that had not begun when the exchange was asked', async () => {
    await heat();
    const end = Math.ceil(clock.now() / minuteMs) * minuteMs;
    await askFor(end - clock.now());
    expect(await askNow({ since: end })).toBeNull();
  });

  test('wait when their renewal is late', async () => {
    const { freshUntil, reusableUntil = 0 } = await heat();
    expect(reusableUntil).toBeGreaterThan(freshUntil);
    await clock.advance(callMs);
    durationMs = 20_000;
    const hanging = await untilExpired();
    await clock.advance((hanging.reusableUntil ?? 0) - clock.now() - 1);
    expect(await askNow()).not.toBeNull();
    const before = source.calls.length;
    await clock.advance(1);
    expect(await askNow()).toBeNull();
    expect(source.calls).toHaveLength(before);
  });

  test('end when their renewal fails, and the next query makes its own call', async () => {
    const { isCurrent } = await heat();
    failure = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');
    await clock.advance(callMs);
    expect(isCurrent?.()).toBe(false);
    const before = source.calls.length;
    expect(await askNow()).toBeNull();
    expect(source.calls).toHaveLength(before + 1);
  });

  test('cause no call after the last query', async () => {
    await heat();
    await clock.advance(callMs);
    const before = source.calls.length;
    await clock.advance(10 * minuteMs);
    expect(source.calls).toHaveLength(before);
    expect(clock.pending).toBe(0);
  });

  test('are renewed in one call while two pages may still change', async () => {
    const pageEnd = Math.ceil(start / (100 * minuteMs)) * 100 * minuteMs;
    await clock.advance(pageEnd + 10_000 - start);
    await askFor(6000);
    const before = source.calls.length;
    expect(await askFor(13_000)).toBe(0);
    expect(source.calls.length - before).toBe(10);
    expect(source.calls.at(-1)?.since).toBeLessThan(pageEnd);
  });
});

test('a timeframe that is built from another is renewed with its parts, and closed only with all of them', async () => {
  const fetchTimeframes = async () => ({ value: ['1m'], freshUntil: 0 });
  const built = createAnyTimeframe({ source: { fetchTimeframes }, stored: store, clock });
  const ask = async (): Promise<Candles | null> => {
    let answer: Candles | null = null;
    built.fetchCandles({ ...series, timeframe: '5m', limit: 3 }).then((candles) => {
      answer = candles;
    });
    await clock.advance(0);
    return answer;
  };
  const end = Math.ceil(start / (5 * minuteMs)) * 5 * minuteMs;
  // Nothing was traded in the last minute so far, so every part that is known has closed.
  source.isGap = (timestamp) => timestamp === end - minuteMs;
  await clock.advance(end - start - 10_000);
  let waits = 0;
  while (clock.now() < end + 200) {
    if (clock.now() > end - 5000 && (await ask()) === null) waits += 1;
    else await ask();
    await clock.advance(10);
  }
  expect(waits).toBe(0);
  const answer = await ask();
  expect(answer?.reusableUntil).toBeGreaterThan(clock.now());
  expect(answer?.value.at(-1)).toMatchObject({ timestamp: end - 5 * minuteMs, closed: false });
});
