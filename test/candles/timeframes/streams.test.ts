import { beforeEach, describe, expect, test } from 'vitest';
import { CandleStore } from '../../../src/candles/pages/store.ts';
import { createAnyTimeframe } from '../../../src/candles/timeframes/any-timeframe.ts';
import { combineCandles } from '../../../src/candles/timeframes/combine.ts';
import { createCandleStreams } from '../../../src/candles/timeframes/streams.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { ofUnknownFreshness } from '../../../src/market/model/fresh.ts';
import type { MarketData } from '../../../src/market/ports/market-data.ts';
import type { OpenCandles, Stream, StreamedCandle } from '../../../src/market/ports/market-streams.ts';
import { TrueCandles } from '../../support/fakes/candle-source.ts';
import { FakeMarketData } from '../../support/fakes/fake-market-data.ts';
import { FakeStreams } from '../../support/fakes/fake-streams.ts';
import { ManualClock, settle } from '../../support/fakes/manual-clock.ts';

const minuteMs = 60_000;
const now = Date.UTC(2026, 2, 4, 12, 34, 56, 789);
const period = Date.UTC(2026, 2, 4, 12, 30);
const minute = Date.UTC(2026, 2, 4, 12, 34);
const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');

let clock: ManualClock;
let source: TrueCandles;
let streams: FakeStreams;
let fake: FakeMarketData;
/** The timeframes that the exchange has; the usual ones unless a test sets others. */
let findTimeframes: () => Promise<readonly string[]>;
let openCandles: OpenCandles;
let told: { readonly candles: readonly StreamedCandle[]; readonly isFirst: boolean }[];
let errors: MarketDataError[];

beforeEach(() => {
  clock = new ManualClock(now);
  source = new TrueCandles(clock);
  streams = new FakeStreams();
  told = [];
  errors = [];
  fake = new FakeMarketData(clock);
  findTimeframes = usualTimeframes;
  const stored = new CandleStore({ source, clock, ttlMs: 1000, timeoutMs: 10_000 });
  const candles = createAnyTimeframe({ source: fake, stored, clock });
  const marketData: Pick<MarketData, 'fetchTimeframes' | 'fetchCandles'> = {
    fetchTimeframes: async () => ofUnknownFreshness(await findTimeframes()),
    fetchCandles: (query, options) => candles.fetchCandles(query, options),
  };
  openCandles = createCandleStreams({ streams, marketData, clock });
});

async function usualTimeframes(): Promise<readonly string[]> {
  return fake.exchange('kraken').timeframes;
}

async function open(timeframe: string): Promise<Stream> {
  const stream = openCandles(
    { kind: 'candles', exchange: 'kraken', symbol: 'BTC/USD', timeframe },
    {
      onMessage: (candles, isFirst) => told.push({ candles, isFirst }),
      onInterrupted: (error) => errors.push(error),
    },
  );
  await settle();
  return stream;
}

async function push(timestamp: number, change: Partial<StreamedCandle> = {}, isFirst = false): Promise<void> {
  const candle = { timestamp, open: 1, high: 500, low: 1, close: 7, volume: 3, closed: false, ...change };
  streams.push('candles', 'BTC/USD', [candle], isFirst);
  await settle();
}

test('a timeframe that the exchange has is its own stream', async () => {
  const stream = await open('1m');
  await push(minute, {}, true);
  expect(streams.opened[0]?.request.timeframe).toBe('1m');
  expect(told).toMatchObject([{ candles: [{ timestamp: minute, volume: 3 }], isFirst: true }]);
  stream.close();
  expect(streams.opened).toEqual([]);
});

test('a timeframe that cannot be built from another is left to the exchange', async () => {
  (await open('9s')).close();
  expect(streams.all[0]?.request.timeframe).toBe('9s');
});

describe('a timeframe that the exchange lacks', () => {
  test('is built from the longest that divides it, with the earlier parts of its period', async () => {
    const stream = await open('10m');
    expect(streams.opened[0]?.request.timeframe).toBe('1m');
    await push(minute, { volume: 3 }, true);
    const [message] = told;
    expect(message?.isFirst).toBe(true);
    // The fetched part has more volume than the streamed one, so it is the newer of the two.
    const [candle] = combineCandles('10m', source.within('1m', period, now + 1), now);
    expect(message?.candles.at(-1)).toEqual(candle);
    expect(source.calls).toHaveLength(1);
    stream.close();
  });

  test('sends each change, without another call', async () => {
    await open('10m');
    await push(minute, {}, true);
    await push(minute, { close: 8, volume: 20 });
    await push(minute + minuteMs, { close: 9, volume: 1 });
    expect(
      told.slice(1).map(({ candles, isFirst }) => [candles.length, candles[0]?.close, candles[0]?.volume, isFirst]),
    ).toEqual([
      [1, 8, 60, false],
      [1, 9, 61, false],
    ]);
    expect(source.calls).toHaveLength(1);
  });

  test('sends the last state of a period with the first of the next one', async () => {
    await open('10m');
    await push(minute, {}, true);
    await clock.advance(6 * minuteMs);
    for (let part = 5; part < 10; part++) await push(period + part * minuteMs, { volume: 10 });
    streams.push(
      'candles',
      'BTC/USD',
      [9, 10].map((part) => ({
        timestamp: period + part * minuteMs,
        open: 1,
        high: 1,
        low: 1,
        close: part,
        volume: 11,
        closed: false,
      })),
    );
    const [before, after] = told.at(-1)?.candles ?? [];
    expect(before).toMatchObject({ timestamp: period, close: 9 });
    expect(after).toMatchObject({ timestamp: period + 10 * minuteMs, close: 10, volume: 11, closed: false });
  });

  test('marks the first message after an interruption, and fetches the parts that were missed', async () => {
    await open('10m');
    await push(minute, {}, true);
    streams.interrupt('candles', 'BTC/USD');
    expect(errors.map(({ code }) => code)).toEqual(['EXCHANGE_UNAVAILABLE']);
    await clock.advance(3 * minuteMs);
    await push(minute + 3 * minuteMs, { volume: 0.5 }, true);
    expect(told.at(-1)?.isFirst).toBe(true);
    expect(told.at(-1)?.candles.at(-1)?.volume).toBeCloseTo(70 + 10 * ((now % minuteMs) / minuteMs));
  });

  test('fetches a part that was not streamed before it sends more', async () => {
    await open('10m');
    await push(minute, {}, true);
    await clock.advance(3 * minuteMs);
    await push(minute + 2 * minuteMs, { volume: 1 });
    expect(source.calls.length).toBeGreaterThan(1);
    const [candle] = combineCandles('10m', source.within('1m', period, clock.now() + 1), clock.now());
    expect(told.at(-1)?.candles.at(-1)?.volume).toBe(candle?.volume);
  });

  test('a part that had ended just before it was fetched is fetched once more', async () => {
    await clock.advance(Date.UTC(2026, 2, 4, 12, 35, 1) - now);
    await open('10m');
    source.revision = (timestamp) => (timestamp === minute ? -1 : 0);
    await push(minute + minuteMs, { volume: 0.01 }, true);
    expect(told.at(-1)?.candles.at(-1)?.volume).toBeLessThan(49.5);
    source.revision = () => 0;
    await clock.advance(10_000);
    await push(minute + minuteMs, { volume: 0.02 });
    await push(minute + minuteMs, { volume: 0.03 });
    expect(told.at(-1)?.candles.at(-1)?.volume).toBe(50.03);
    expect(source.calls).toHaveLength(2);
  });

  test('a fetch that an interruption overtakes is not sent', async () => {
    const asked: (() => void)[] = [];
    source.before = () => new Promise((resolve) => asked.push(resolve));
    await open('10m');
    await push(minute, {}, true);
    streams.interrupt('candles', 'BTC/USD');
    asked[0]?.();
    await settle();
    expect(told).toEqual([]);
    source.before = () => {};
    await push(minute, {}, true);
    expect(told).toHaveLength(1);
  });

  test('sends nothing while the earlier parts cannot be fetched, and tries again after a pause', async () => {
    source.before = () => {
      throw down;
    };
    await open('10m');
    await push(minute, {}, true);
    await push(minute, { volume: 4 });
    expect(errors).toEqual([down]);
    expect(source.calls).toHaveLength(1);
    source.before = () => {};
    await clock.advance(5000);
    await push(minute, { volume: 5 });
    expect(told).toHaveLength(1);
  });

  test('sends nothing after it was closed during a fetch', async () => {
    const asked: (() => void)[] = [];
    source.before = () => new Promise((resolve) => asked.push(resolve));
    const stream = await open('10m');
    await push(minute, {}, true);
    stream.close();
    asked[0]?.();
    await settle();
    expect(told).toEqual([]);
    expect(streams.opened).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test("is built from hours if the exchange's days begin at another time than ours", async () => {
    await open('1w');
    expect(streams.opened[0]?.request.timeframe).toBe('1d');
    await push(Date.UTC(2026, 2, 3, 16), {}, true);
    expect(streams.opened.map(({ request }) => request.timeframe)).toEqual(['1h']);
    await push(Date.UTC(2026, 2, 4, 12), {}, true);
    expect(told.at(-1)?.candles.at(-1)).toMatchObject({ timestamp: Date.UTC(2026, 2, 2) });
  });

  test('is NOT_SUPPORTED if all periods of the exchange begin at other times than ours', async () => {
    await open('10m');
    await push(minute + 1, {}, true);
    expect(errors.map(({ code }) => code)).toEqual(['NOT_SUPPORTED']);
    expect(streams.opened).toEqual([]);
  });

  test('a request for a new connection is passed on', async () => {
    const stream = await open('10m');
    stream.redial(true);
    expect(streams.opened[0]?.redials).toEqual([true]);
  });
});

describe('a market whose kind has other timeframes than its exchange', () => {
  test('is built from those that it has', async () => {
    findTimeframes = async () => ['1m', '3m', '12h'];
    const stream = await open('1d');
    expect(streams.opened.map(({ request }) => request.timeframe)).toEqual(['12h']);
    stream.close();
    await open('6m');
    expect(streams.opened.map(({ request }) => request.timeframe)).toEqual(['3m']);
  });

  test('is looked up again after a failure, which is reported', async () => {
    findTimeframes = async () => {
      throw down;
    };
    const stream = await open('10m');
    expect(errors).toEqual([down]);
    stream.redial(true);
    findTimeframes = usualTimeframes;
    await clock.advance(5000);
    expect(streams.opened.map(({ request }) => request.timeframe)).toEqual(['1m']);
    expect(errors).toEqual([down]);
    stream.close();
    expect(clock.pending).toBe(0);
  });

  test('opens nothing if the stream is closed before the timeframes are known', async () => {
    let tell = (): void => {};
    findTimeframes = () =>
      new Promise((resolve) => {
        tell = () => resolve(['1m']);
      });
    const stream = await open('10m');
    stream.close();
    tell();
    await settle();
    expect(streams.all).toEqual([]);
  });

  test('leaves no timer if the stream is closed before the next try', async () => {
    findTimeframes = async () => {
      throw down;
    };
    (await open('10m')).close();
    expect(clock.pending).toBe(0);
  });
});

test('a stream continues if the second fetch of a part that had just ended fails', async () => {
  await clock.advance(Date.UTC(2026, 2, 4, 12, 35, 1) - now);
  await open('10m');
  await push(minute + minuteMs, { volume: 0.01 }, true);
  source.before = () => {
    throw down;
  };
  await clock.advance(10_000);
  await push(minute + minuteMs, { volume: 0.02 });
  await push(minute + minuteMs, { volume: 0.03 });
  expect(errors).toEqual([]);
  expect(told).toHaveLength(3);
  source.before = () => {};
  await clock.advance(10_000);
  const calls = source.calls.length;
  await push(minute + minuteMs, { volume: 0.04 });
  expect(source.calls.length).toBe(calls + 1);
});

describe.each(['1m', '10m'])('a stream of %s candles that is not always offered', (timeframe) => {
  test('is offered while it is unknown what to open, then as the stream behind it says', async () => {
    streams.withdraw('candles');
    const opening = open(timeframe);
    expect(streams.all).toEqual([]);
    const stream = await opening;
    expect(stream.isOffered).toBe(false);
    expect(errors.map(({ code }) => code)).toEqual(['EXCHANGE_UNAVAILABLE']);
    streams.restore('candles');
    expect(stream.isOffered).toBe(true);
    streams.withdraw('candles');
    expect(stream.isOffered).toBe(false);
    expect(errors).toHaveLength(2);
    stream.close();
  });
});

describe('a timeframe that is built from final candles', () => {
  beforeEach(async () => {
    await open('10m');
    await push(minute, { volume: 3 }, true);
    told = [];
  });

  test('is final once its last part is', async () => {
    for (let part = minute; part < period + 10 * minuteMs; part += minuteMs) {
      expect(told.flatMap(({ candles }) => candles).filter(({ isFinal }) => isFinal)).toEqual([]);
      await push(part, { volume: 3, isFinal: true });
    }
    expect(told.at(-1)?.candles).toMatchObject([{ timestamp: period, isFinal: true }]);
    await push(period + 10 * minuteMs, { volume: 1 });
    expect(told.at(-1)?.candles.map(({ isFinal }) => isFinal)).toEqual([undefined]);
  });

  test('ignores what comes after the final version of a part', async () => {
    await push(minute, { volume: 4, isFinal: true });
    const { volume } = told.at(-1)?.candles.at(-1) ?? {};
    await push(minute, { volume: 9 });
    expect(told.at(-1)?.candles.at(-1)?.volume).toBe(volume);
  });

  test('has nothing new if its parts have nothing new', async () => {
    streams.push('candles', 'BTC/USD', []);
    expect(told).toEqual([{ candles: [], isFirst: false }]);
  });
});
