import { beforeEach, describe, expect, test, vi } from 'vitest';
import { CandlePages } from '../../../src/candles/pages/pages.ts';
import { CandleStore } from '../../../src/candles/pages/store.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Candle, CandleQuery } from '../../../src/market/model/candle.ts';
import { failureOf } from '../../support/exchange/venue-client.ts';
import { TrueCandles } from '../../support/fakes/candle-source.ts';
import { ManualClock, settle } from '../../support/fakes/manual-clock.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const pageMs = 100 * minuteMs;
const ttlMs = 1000;
const timeoutMs = 30_000;
const series = { exchange: 'kraken', symbol: 'BTC/USD', timeframe: '1m' } as const;
const now = Date.UTC(2026, 2, 4, 12, 34, 56, 789);
/** Start of a page that closed long ago. */
const pastPage = Math.floor((now - 48 * hourMs) / pageMs) * pageMs;
const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');

let clock: ManualClock;
let source: TrueCandles;
let store: CandleStore;

beforeEach(() => {
  clock = new ManualClock(now);
  source = new TrueCandles(clock);
  store = new CandleStore({ source, clock, ttlMs, timeoutMs });
});

async function ask(query: Partial<CandleQuery>, maxAgeMs?: number): Promise<readonly Candle[]> {
  const options = maxAgeMs === undefined ? {} : { maxAgeMs };
  return (await store.fetchCandles({ ...series, limit: 100, ...query }, options)).value;
}

/** Until when the answer to a query is fresh. */
async function freshness(query: Partial<CandleQuery>): Promise<number> {
  return (await store.fetchCandles({ ...series, limit: 100, ...query })).freshUntil;
}

const past = { since: pastPage, until: pastPage + pageMs } as const;

describe('candles that have closed', () => {
  test('are fetched once, whatever part of them is requested next', async () => {
    expect(await ask(past)).toEqual(source.within('1m', past.since, past.until));
    await clock.advance(24 * hourMs);
    expect(await ask({ since: pastPage + 5 * minuteMs, until: pastPage + 9 * minuteMs })).toHaveLength(4);
    expect(await ask({ since: pastPage + 1, limit: 7 })).toHaveLength(7);
    expect(await ask({ until: pastPage + pageMs, limit: 99 })).toHaveLength(99);
    expect(source.calls).toHaveLength(1);
  });

  test('are fetched with whole pages, as many in a call as the exchange allows', async () => {
    source.perCall = 350;
    await ask({ since: pastPage + minuteMs, limit: 998 });
    const reach = source.calls.map(({ since, until }) => [(since - pastPage) / pageMs, (until - pastPage) / pageMs]);
    expect(reach).toEqual([
      [0, 3],
      [3, 6],
      [6, 9],
      [9, 10],
    ]);
  });

  test('are fetched only where they are not known yet', async () => {
    await ask({ since: pastPage + 2 * pageMs, until: pastPage + 3 * pageMs });
    const all = await ask({ since: pastPage, until: pastPage + 5 * pageMs, limit: 500 });
    expect(all).toEqual(source.within('1m', pastPage, pastPage + 5 * pageMs));
    expect(source.calls.map(({ since }) => (since - pastPage) / pageMs)).toEqual([2, 0, 3]);
  });

  test('stay fresh; if a period is empty, the exchange is asked once more after an hour', async () => {
    expect(await freshness(past)).toBe(Number.POSITIVE_INFINITY);
    const other = { since: past.until, until: past.until + pageMs };
    source.isGap = (timestamp) => timestamp === other.since + 7 * minuteMs;
    expect(await freshness(other)).toBe(now + hourMs);
    await clock.advance(hourMs - 1);
    expect(await ask(other)).toHaveLength(99);
    source.isGap = () => false;
    await clock.advance(1);
    expect(await ask(other)).toHaveLength(100);
    expect(source.calls).toHaveLength(3);
  });

  test('stay when the exchange no longer has some of them', async () => {
    source.isGap = (timestamp) => timestamp === past.since + 7 * minuteMs;
    await ask(past);
    await clock.advance(hourMs);
    source.isGap = (timestamp) => timestamp < past.since + 50 * minuteMs;
    expect(await ask(past)).toHaveLength(99);
  });

  test('stay when asking once more fails', async () => {
    source.isGap = (timestamp) => timestamp === past.since + 7 * minuteMs;
    await ask(past);
    await clock.advance(hourMs);
    source.before = () => {
      throw down;
    };
    expect(await ask(past)).toHaveLength(99);
    expect(await ask(past)).toHaveLength(99);
    expect(source.calls).toHaveLength(2);
    await clock.advance(minuteMs);
    await ask(past);
    expect(source.calls).toHaveLength(3);
  });

  test('stay known when the exchange no longer serves them', async () => {
    source.history = 150;
    const query = { since: Math.floor(now / minuteMs) * minuteMs - 140 * minuteMs, limit: 20 };
    const before = await ask(query);
    expect(before).toHaveLength(20);
    await clock.advance(100 * minuteMs);
    expect(await ask(query)).toEqual(before);
  });
});

describe('candles that may change', () => {
  test.each([
    ['1s', 211],
    ['1m', 1000],
    ['5m', 3211],
    ['15m', 15_000],
    ['1h', 15_000],
    ['1d', 15_000],
    ['1M', 15_000],
  ])(
    'of %s are fetched again after %i ms: at the pace of the timeframe, or when the period ends',
    async (timeframe, ms) => {
      await ask({ timeframe, limit: 3 });
      const calls = source.calls.length;
      expect(await freshness({ timeframe, limit: 3 })).toBe(now + ms);
      await clock.advance(ms - 1);
      await ask({ timeframe, limit: 3 });
      expect(source.calls).toHaveLength(calls);
      await clock.advance(1);
      await ask({ timeframe, limit: 3 });
      expect(source.calls).toHaveLength(calls + 1);
    },
  );

  test('are fetched immediately with maxAgeMs 0, and the settled ones before them are not', async () => {
    await ask({ limit: 250 });
    const calls = source.calls.length;
    await ask({ limit: 250 }, 0);
    expect(source.calls).toHaveLength(calls + 1);
    const { since = 0 } = source.calls.at(-1) ?? {};
    expect(now - since).toBeLessThan(5 * minuteMs);
    await ask({ ...past }, 0);
    await ask({ ...past }, 0);
    expect(source.calls).toHaveLength(calls + 2);
  });

  test('with maxAgeMs 0 do not come from a call in progress, because it may have been made too early', async () => {
    const asked: (() => void)[] = [];
    source.before = () => new Promise((resolve) => asked.push(resolve));
    const first = ask({ limit: 3 });
    await settle();
    const second = ask({ limit: 3 }, 0);
    const third = ask({ limit: 3 });
    await settle();
    expect(source.calls).toHaveLength(2);
    for (const answer of asked) answer();
    expect(await Promise.all([first, second, third])).toHaveLength(3);
  });

  test('are revised for some time after they close, and not later', async () => {
    const minute = Math.floor(now / minuteMs) * minuteMs;
    const last = async (): Promise<number | undefined> => {
      const candles = await ask({ since: minute - 10 * minuteMs, until: minute });
      return candles.at(-1)?.volume;
    };
    expect(await last()).toBe(10);
    source.revision = (timestamp) => (timestamp === minute - minuteMs ? 5 : 0);
    await clock.advance(minuteMs);
    expect(await last()).toBe(15);
    await clock.advance(3 * minuteMs);
    expect(await last()).toBe(15);
    source.revision = (timestamp) => (timestamp === minute - minuteMs ? 9 : 0);
    await clock.advance(hourMs);
    expect(await last()).toBe(15);
  });

  test('are requested from the source with the age that the query accepts', async () => {
    const asked: unknown[] = [];
    const fetchCandleRange = source.fetchCandleRange;
    source.fetchCandleRange = (range, options) => {
      asked.push(options);
      return fetchCandleRange(range);
    };
    await ask({ limit: 3 });
    await ask({ limit: 3 }, 0);
    // Two queries that wait for the same call: the source gets the lower of their maximum ages.
    await clock.advance(hourMs);
    await Promise.all([ask({ limit: 3 }), ask({ limit: 3 }, 0)]);
    expect(asked).toEqual([undefined, { maxAgeMs: 0 }, { maxAgeMs: 0 }]);
  });

  test.each([
    [-1000, 0],
    [-1001, 1],
  ])('after the clock is set back by %d ms are fetched %d more times', async (back, more) => {
    let skew = 0;
    const skewed = { now: () => clock.now() + skew, after: clock.after.bind(clock) };
    store = new CandleStore({ source, clock: skewed, ttlMs, timeoutMs });
    await ask({ limit: 3 });
    const calls = source.calls.length;
    skew = back;
    await ask({ limit: 3 });
    expect(source.calls).toHaveLength(calls + more);
    await ask({ limit: 3 }, 0);
    expect(source.calls).toHaveLength(calls + more + 1);
  });

  test('are not treated as fresh when the clock is set back', async () => {
    await ask({ limit: 3 });
    const before = new ManualClock(now - 24 * hourMs);
    const earlier = new TrueCandles(before);
    let at = now;
    store = new CandleStore({
      source: earlier,
      clock: { now: () => at, after: () => () => {} },
      ttlMs,
      timeoutMs,
    });
    await ask({ limit: 3 });
    at -= 60 * minuteMs;
    const calls = earlier.calls.length;
    await ask({ limit: 3 });
    expect(earlier.calls.length).toBeGreaterThan(calls);
  });

  test('are closed or not by the time of the request, and none is served past its end', async () => {
    expect((await ask({ limit: 2 })).map(({ closed }) => closed)).toEqual([true, false]);
    const end = Math.ceil(now / minuteMs) * minuteMs;
    await clock.advance(end - now - 1);
    expect((await ask({ limit: 2 })).map(({ closed }) => closed)).toEqual([true, false]);
    await clock.advance(1);
    const candles = await ask({ limit: 2 });
    expect(candles.map(({ timestamp, closed }) => [timestamp, closed])).toEqual([
      [end - minuteMs, true],
      [end, false],
    ]);
  });
});

describe('queries for the same candles', () => {
  test('share calls in progress wherever their ranges overlap', async () => {
    const asked: (() => void)[] = [];
    source.before = () => new Promise((resolve) => asked.push(resolve));
    const answers = [
      ask({ since: pastPage, until: pastPage + 2 * pageMs, limit: 200 }),
      ask({ since: pastPage + pageMs, until: pastPage + 3 * pageMs, limit: 200 }),
      ask({ since: pastPage + 150 * minuteMs, limit: 10 }),
    ];
    await settle();
    for (const answer of asked) answer();
    const lengths = (await Promise.all(answers)).map(({ length }) => length);
    expect(lengths).toEqual([200, 200, 10]);
    expect(source.calls.map(({ since, until }) => (until - since) / pageMs)).toEqual([2, 1]);
  });

  test('share them with maxAgeMs 0 too if the candles have settled', async () => {
    const asked: (() => void)[] = [];
    source.before = () => new Promise((resolve) => asked.push(resolve));
    const answers = [ask(past, 0), ask(past, 0)];
    await settle();
    const late = ask(past, 0);
    await settle();
    for (const answer of asked) answer();
    expect(await Promise.all([...answers, late])).toHaveLength(3);
    expect(source.calls).toHaveLength(1);
  });

  test('do not share a call that was made before the requested candle existed', async () => {
    const asked: (() => void)[] = [];
    source.before = () => new Promise((resolve) => asked.push(resolve));
    const early = ask({ limit: 2 });
    await settle();
    await clock.advance(10_000);
    const minute = Math.floor(clock.now() / minuteMs) * minuteMs;
    const late = ask({ since: minute, limit: 5 });
    await settle();
    expect(source.calls).toHaveLength(2);
    for (const answer of asked) answer();
    await early;
    expect((await late).map(({ timestamp }) => timestamp)).toEqual([minute]);
  });

  test('fetch their parts in order, three in parallel', async () => {
    source.perCall = 100;
    const asked: (() => void)[] = [];
    source.before = () => new Promise((resolve) => asked.push(resolve));
    const answer = ask({ since: pastPage, limit: 1000 });
    await settle();
    expect(source.calls).toHaveLength(3);
    for (let call = 0; call < 10; call++) {
      asked[call]?.();
      await settle();
      expect(source.calls).toHaveLength(Math.min(10, call + 4));
    }
    expect(await answer).toEqual(source.within('1m', pastPage, pastPage + 10 * pageMs));
    expect(source.calls.map(({ since }) => (since - pastPage) / pageMs)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

describe('when a call for a part fails', () => {
  test('the answer is that error, and calls that nobody waits for any longer are not made', async () => {
    source.perCall = 100;
    const asked: (() => void)[] = [];
    source.before = async ({ since }) => {
      if (since === pastPage + pageMs) throw down;
      await new Promise<void>((resolve) => asked.push(resolve));
    };
    expect(await failureOf(ask({ since: pastPage, limit: 1000 }))).toBe(down);
    for (let turn = 0; turn < 10; turn++) {
      for (const answer of asked.splice(0)) answer();
      await settle();
    }
    expect(source.calls.map(({ since }) => (since - pastPage) / pageMs)).toEqual([0, 1, 2, 3]);
    source.before = () => {};
    expect(await ask({ since: pastPage, limit: 1000 })).toHaveLength(1000);
    // The parts that had been fetched by then are kept.
    expect(source.calls).toHaveLength(4 + 7);
  });

  test('another query that waits for other parts still gets them', async () => {
    source.perCall = 100;
    source.before = ({ since }) => {
      if (since === pastPage) throw down;
    };
    const whole = failureOf(ask({ since: pastPage, limit: 1000 }));
    const part = ask({ since: pastPage + 8 * pageMs, limit: 100 });
    expect(await whole).toBe(down);
    expect(await part).toHaveLength(100);
  });

  test('past the deadline of the query, the answer is TIMEOUT, and no further call is made', async () => {
    source.perCall = 100;
    const asked: (() => void)[] = [];
    source.before = () => new Promise((resolve) => asked.push(resolve));
    const failure = failureOf(ask({ since: pastPage, limit: 1000 }));
    await settle();
    await clock.advance(timeoutMs);
    expect(await failure).toMatchObject({ code: 'TIMEOUT', retryable: true, details: series });
    for (const answer of asked) answer();
    await settle();
    expect(source.calls).toHaveLength(3);
    source.before = () => {};
    await ask({ since: pastPage, limit: 300 });
    expect(source.calls).toHaveLength(3);
    expect(clock.pending).toBe(0);
  });

  test('past the deadline, the search for candles ends too', async () => {
    source.perCall = 100;
    source.isGap = (timestamp) => timestamp < pastPage + 9 * pageMs;
    const asked: (() => void)[] = [];
    source.before = () => new Promise((resolve) => asked.push(resolve));
    const failure = failureOf(ask({ since: pastPage, limit: 100 }));
    await settle();
    await clock.advance(timeoutMs);
    expect(await failure).toMatchObject({ code: 'TIMEOUT' });
    for (const answer of asked) answer();
    await settle();
    expect(source.calls).toHaveLength(1);
  });

  test('the answer is that error also during a search further back that has not reached the end of the history', async () => {
    source.isGap = (timestamp) => (timestamp / minuteMs) % 2 !== 0;
    const refused = new MarketDataError('BAD_USER_INPUT', 'refused');
    source.before = ({ until }) => {
      if (until < now - pageMs) throw refused;
    };
    expect(await failureOf(ask({ limit: 200 }))).toBe(refused);
  });

  test('the error is not kept', async () => {
    source.before = () => {
      throw down;
    };
    expect(await failureOf(ask(past))).toBe(down);
    source.before = () => {};
    expect(await ask(past)).toHaveLength(100);
  });
});

test('the first candles are found if the exchange has a history longer than that of any market', async () => {
  source.history = 10_000;
  const listedAt = Date.UTC(2017, 0);
  source.isGap = (timestamp) => timestamp < listedAt;
  const [first] = await ask({ timeframe: '1d', since: 0, limit: 2 });
  expect(first?.timestamp).toBe(listedAt);
  expect(Math.min(...source.calls.map(({ since }) => since))).toBeGreaterThan(Date.UTC(2008, 0));
});

describe("beyond the exchange's history", () => {
  beforeEach(() => {
    source.history = 720;
  });

  test.each([
    ['since', { since: now - 721 * minuteMs, limit: 5 }],
    ['a range', { since: pastPage, until: pastPage + pageMs }],
    ['until', { until: now - 719 * minuteMs, limit: 5 }],
    ['more than there are', { limit: 721 }],
  ])('%s is refused without a call, and the error names the oldest candle', async (_name, query) => {
    const error = await failureOf(ask(query));
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', retryable: false, details: series });
    const oldest = Math.floor(now / minuteMs) * minuteMs - 719 * minuteMs;
    expect(error.message).toContain(`candles before ${new Date(oldest).toISOString()}`);
    expect(source.calls).toEqual([]);
  });

  test('all candles of the history are served', async () => {
    expect(await ask({ limit: 720 })).toEqual(source.within('1m', now - 720 * minuteMs, now + 1));
    expect(await ask({ since: now - 720 * minuteMs, limit: 720 })).toHaveLength(720);
  });

  test('the newest candles end at the start of the history if some periods are empty', async () => {
    source.isGap = (timestamp) => (timestamp / minuteMs) % 2 !== 0;
    expect(await ask({ limit: 700 })).toEqual(source.within('1m', now - 720 * minuteMs, now + 1));
  });

  test('candles that were fetched long ago are not joined to later ones across a gap', async () => {
    source.history = 60;
    const page = Math.floor(now / pageMs) * pageMs;
    await clock.advance(page + pageMs + 10 * minuteMs - now);
    await ask({ since: page + pageMs, limit: 10 });
    await clock.advance(80 * minuteMs);
    const late = page + pageMs + 85 * minuteMs;
    expect(await ask({ since: late, limit: 5 })).toHaveLength(5);
    expect(await failureOf(ask({ since: page + pageMs, limit: 50 }))).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test('candles that left the history stay when the rest of their page is fetched once more', async () => {
    source.history = 150;
    const page = Math.floor(now / pageMs) * pageMs + pageMs;
    await clock.advance(page + pageMs + 5 * minuteMs - now);
    source.isGap = (timestamp) => timestamp === page + 99 * minuteMs;
    const range = { since: page, until: page + pageMs };
    const before = await ask(range);
    expect(before).toHaveLength(99);
    source.isGap = () => false;
    await clock.advance(80 * minuteMs);
    expect(await ask(range)).toEqual([...before, source.at('1m', page + 99 * minuteMs)]);
  });

  test('candles that leave the history during a call are missed in a query for all of the newest', async () => {
    source.before = () => clock.advance(5000);
    expect(await failureOf(ask({ limit: 720 }))).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test('candles that leave the history during a call are not passed over', async () => {
    const oldest = Math.floor(now / minuteMs) * minuteMs - 719 * minuteMs;
    source.before = () => clock.advance(5000);
    expect(await failureOf(ask({ since: oldest, limit: 5 }))).toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});

describe('without trades', () => {
  test('a query for the newest goes further back until there are as many as requested', async () => {
    source.isGap = (timestamp) => (timestamp / minuteMs) % 3 !== 0;
    const candles = await ask({ limit: 100 });
    expect(candles).toEqual(source.within('1m', now - 400 * minuteMs, now + 1).slice(-100));
  });

  test('it stops when several calls find nothing', async () => {
    source.isGap = (timestamp) => timestamp < now - 50 * minuteMs;
    expect(await ask({ limit: 100 })).toHaveLength(50);
    expect(source.calls.length).toBeLessThan(40);
  });

  test('a query from since on looks for the first candles further on', async () => {
    source.isGap = (timestamp) => timestamp < pastPage + 3 * pageMs;
    const candles = await ask({ since: pastPage, limit: 10 });
    expect(candles[0]?.timestamp).toBe(pastPage + 3 * pageMs);
    expect(candles).toHaveLength(10);
  });

  test('the calls in between are saved if the exchange reports the next candle', async () => {
    const next = pastPage + 10 * pageMs;
    source.isGap = (timestamp) => timestamp < next;
    const { fetchCandleRange } = source;
    source.fetchCandleRange = async (range) => {
      const window = await fetchCandleRange(range);
      return range.until <= next ? { ...window, next } : window;
    };
    expect((await ask({ since: pastPage, limit: 10 }))[0]?.timestamp).toBe(next);
    expect(source.calls).toHaveLength(2);
  });

  test('a part of a page that was not requested is not treated as a gap', async () => {
    const { fetchCandleRange } = source;
    source.fetchCandleRange = async (range) => ({
      ...(await fetchCandleRange(range)),
      next: range.until + 5 * minuteMs,
    });
    source.isGap = (timestamp) => timestamp === pastPage + minuteMs;
    const candles = await ask({ since: pastPage, limit: 2 });
    expect(candles.map(({ timestamp }) => (timestamp - pastPage) / minuteMs)).toEqual([0, 2]);
  });

  test('a page is not passed over if only its beginning is known', async () => {
    const page = Math.floor(now / pageMs) * pageMs;
    source.isGap = (timestamp) => timestamp < now;
    expect(await ask({ since: page, until: page + 5 * minuteMs })).toEqual([]);
    await clock.advance(10 * minuteMs);
    expect((await ask({ since: page, limit: 1 }))[0]?.timestamp).toBe(Math.ceil(now / minuteMs) * minuteMs);
  });

  test('for a very long time is an error that says so, and not a list that ends too early', async () => {
    source.perCall = 100;
    source.isGap = () => true;
    const error = await failureOf(ask({ since: Date.UTC(2020, 0), limit: 10 }));
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(error.message).toMatch(
      /no candle of BTC\/USD 1m from 2020-01-01T00:00:00.000Z to .*: ask for a later since/,
    );
  });

  test('in a range that has an end is an empty list', async () => {
    source.isGap = () => true;
    expect(await ask(past)).toEqual([]);
  });
});

test('a range in the future is empty without a call, until it has begun', async () => {
  expect(await ask({ since: now + 1 })).toEqual([]);
  expect(await freshness({ since: now + 5000 })).toBe(now + 5000);
  expect(source.calls).toEqual([]);
});

test('the least recently used pages are dropped when there are too many', async () => {
  await ask(past);
  // Each page of 100 candles takes about 5 KB.
  for (let page = 1; page < 16_000; page += 1000) {
    const since = pastPage - page * pageMs;
    await ask({ since: since - 1000 * pageMs, until: since, limit: 100_000 });
  }
  const calls = source.calls.length;
  await ask(past);
  expect(source.calls).toHaveLength(calls + 1);
});

test('known empty pages are passed over without reading each period', async () => {
  source.isGap = () => true;
  const since = pastPage - 60_000 * minuteMs;
  await failureOf(ask({ since, limit: 1 }));
  const calls = source.calls.length;
  const read = vi.spyOn(CandlePages.prototype, 'read');
  await failureOf(ask({ since, limit: 1 }));
  expect(source.calls).toHaveLength(calls);
  expect(read.mock.calls.length).toBeLessThan(60);
});

test('a query leaves no timer behind', async () => {
  await ask({ limit: 250 });
  expect(clock.pending).toBe(0);
});
