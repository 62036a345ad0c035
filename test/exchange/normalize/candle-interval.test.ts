import type { OHLCV } from 'ccxt';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { toCandles } from '../../../src/exchange/normalize/candles.ts';
import { candleWatch } from '../../../src/exchange/streams/watches/candles.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { periodsOf } from '../../../src/market/timeframe.ts';
import { connect, failureOf } from '../../support/exchange/venue-client.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import { toKlineMessage } from '../../venues/binance/messages.ts';
import { startStreaming } from '../../venues/streams/stream-client.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const now = Date.UTC(2026, 2, 4, 12, 34, 56);

function row(timestamp: number, isFlat = false): OHLCV {
  return isFlat ? [timestamp, 1, 1, 1, 1, 5] : [timestamp, 1, 2, 0.5, 1.5, 5];
}

/** The result for rows that begin at these instants. */
function read(timeframe: string, starts: readonly number[], exchange = 'okx', isFlat = false): 'taken' | string {
  try {
    const rows = starts.map((start) => row(start, isFlat));
    toCandles(rows, { exchange, symbol: 'BTC/USDT', timeframe }, Date.UTC(2027, 0));
    return 'taken';
  } catch (error) {
    expect(error).toMatchObject({ code: 'BAD_EXCHANGE_RESPONSE', details: { timeframe } });
    return error instanceof MarketDataError ? error.message : 'another error';
  }
}

const from = (start: number, stepMs: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => start + index * stepMs);

const day = Date.UTC(2026, 2, 1);

describe('candles that are closer together than their timeframe are an error', () => {
  it.each([
    ['1h', '1m', from(day + 7 * minuteMs, minuteMs, 300), '1 min apart'],
    ['1h', '1m', from(day + 7 * minuteMs, minuteMs, 2), '1 min apart'],
    ['1h', '1m', from(day - minuteMs, minuteMs, 3), '1 min apart'],
    ['4h', '1m', [day, day + 3 * minuteMs, day + 300 * minuteMs, day + 301 * minuteMs], '1 min apart'],
    ['5m', '3m', from(day, 3 * minuteMs, 3), '3 min apart'],
    ['15m', '10m', from(day, 10 * minuteMs, 9), '10 min apart'],
    ['1d', '12h', from(day, 12 * hourMs, 9), '12 h apart'],
    ['1w', '1d', from(day, dayMs, 3), '1 d apart'],
    ['1M', '1w', from(day, 7 * dayMs, 4), '7 d apart'],
    ['1M', '1m', from(day, minuteMs, 3), '1 min apart'],
    ['1y', '1M', [0, 1, 2].map((month) => Date.UTC(2025, month)), '28 d apart'],
    ['1m', '1s', from(day, 1000, 60), '1 s apart'],
  ] as const)('%s that are %s', (timeframe, _actual, starts, sentence) => {
    expect(read(timeframe, starts)).toBe(
      `okx was asked for ${timeframe} candles of BTC/USDT and sent candles that are ${sentence}.`,
    );
  });
});

describe('so are longer ones, if there is no doubt', () => {
  it('days for hours', () => {
    expect(read('1h', from(day, dayMs, 20))).toContain('1 d apart');
    expect(read('1m', from(day, 5 * minuteMs, 50))).toContain('5 min apart');
  });

  it.each([
    ['that are only a few', from(day, dayMs, 19), false],
    ['in which the price never moved', from(day, dayMs, 50), true],
    ['with one missing', from(day, dayMs, 50).filter((_, index) => index !== 7), false],
    ['at a distance that no exchange has', from(day, 7 * hourMs, 50), false],
  ])('but not those %s: they may come from an idle market', (_name, starts, isFlat) => {
    expect(read('1h', starts, 'okx', isFlat)).toBe('taken');
  });
});

describe('candles of the timeframe are accepted', () => {
  it.each([
    ['none', '1h', []],
    ['one', '1h', [day + 7 * minuteMs]],
    ['a quiet market', '1m', [day, day + 7 * minuteMs, day + 300 * minuteMs]],
    ['a market that began in the middle of an hour', '1h', [day + 43 * minuteMs, day + hourMs, day + 2 * hourMs]],
    ['the same, an hour ago', '1h', [day + 43 * minuteMs, day + hourMs]],
    ['a market that began in the middle of a day', '1d', [day + 20 * hourMs, ...from(day + dayMs, dayMs, 5)]],
    ['the same, yesterday, by its own midnight', '1d', [day + 15 * hourMs, day + 16 * hourMs]],
    ['a forming candle called by now', '1h', [...from(day, hourMs, 5), day + 4 * hourMs + 20 * minuteMs]],
    ['days that follow summer time', '1d', [day, day + 23 * hourMs, day + 47 * hourMs, day + 72 * hourMs]],
    ['weeks from Thursdays', '1w', from(Date.UTC(2026, 0, 1), 7 * dayMs, 9)],
    ['months', '1M', [0, 1, 2, 3].map((month) => Date.UTC(2026, month))],
    ['months at another midnight', '1M', [0, 1, 2, 3].map((month) => Date.UTC(2026, month) - 8 * hourMs)],
    ['months of 30 days', '1M', from(day - 100 * dayMs, 30 * dayMs, 4)],
    ['quarters', '3M', [0, 3, 6, 9].map((month) => Date.UTC(2025, month))],
    [
      'three days that start again each year',
      '3d',
      [...from(day - 30 * dayMs, 3 * dayMs, 9), ...from(day - 5 * dayMs, 3 * dayMs, 3)],
    ],
    [
      'candles that are labelled with their first trade',
      '1h',
      [day + 61_003, day + 3_600_700, day + 2 * hourMs + 9, day + 4 * hourMs - 77],
    ],
    ['the last instants of their periods', '1h', from(day - 1, hourMs, 5)],
    ['the same one twice', '1h', [day, day, day + hourMs]],
  ])('%s', (_name, timeframe, starts) => {
    expect(read(timeframe, starts)).toBe('taken');
  });

  it("kraken's fifteen days, which ccxt calls 2w", () => {
    expect(read('2w', from(day - 300 * dayMs, 15 * dayMs, 9), 'kraken')).toBe('taken');
    expect(read('2w', from(day - 300 * dayMs, 7 * dayMs, 9), 'kraken')).toContain('7 d apart');
  });

  it('whatever periods are empty, wherever periods begin, and however the first and the last are labelled', () => {
    const timeframe = fc.constantFrom('1m', '3m', '15m', '1h', '4h', '1d', '1w', '1M');
    const shape = fc.record({
      timeframe,
      picks: fc.array(fc.boolean(), { maxLength: 40 }),
      shiftHours: fc.integer({ min: -12, max: 12 }),
      first: fc.double({ min: 0, max: 0.99, noNaN: true }),
    });
    fc.assert(
      fc.property(shape, ({ timeframe: given, picks, shiftHours, first }) => {
        const { indexOf, startOf } = periodsOf(given);
        const begin = indexOf(Date.UTC(2025, 5));
        const shiftMs = /[dwM]$/.test(given) ? shiftHours * hourMs : 0;
        const starts = picks.flatMap((isTraded, index) => (isTraded ? [startOf(begin + index) + shiftMs] : []));
        const [oldest, next] = starts;
        if (oldest !== undefined && next !== undefined && starts.length > 2) {
          // A market begins at some minute of its first period.
          const minutes = Math.floor(((next - oldest) * first) / minuteMs);
          starts[0] = Math.min(
            oldest + minutes * minuteMs,
            startOf(indexOf(oldest - shiftMs) + 1) + shiftMs - minuteMs,
          );
        }
        expect(read(given, starts, 'okx', true)).toBe('taken');
      }),
      { numRuns: 300 },
    );
  });
});

it('an exchange that sends minutes instead of hours is an error, and no candle is kept', async () => {
  const connection = await connect('binance', { clock: new ManualClock(now) });
  onTestFinished(connection.close);
  const { venue, data } = connection;
  venue.now = now;
  const begin = Math.floor(now / minuteMs) * minuteMs;
  const minutes = from(begin - 99 * minuteMs, minuteMs, 100);
  const body = minutes.map((t) => [t, '1', '2', '0.5', '1.5', '10', t + minuteMs - 1, '1', 1, '1', '1', '0']);
  venue.fault({ kind: 'status', status: 200, match: /klines/, body });
  const query = { exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1h', limit: 4 };
  const error = await failureOf(data.fetchCandles(query));
  expect(error).toMatchObject({ code: 'BAD_EXCHANGE_RESPONSE', details: { timeframe: '1h' } });
  venue.heal();
  const thisHour = Date.UTC(2026, 2, 4, 12);
  expect((await data.fetchCandles(query)).map(({ timestamp }) => (thisHour - timestamp) / hourMs)).toEqual([
    3, 2, 1, 0,
  ]);
});

it('a stream of hours that sends minutes fails with the second message, and with each one after it', async () => {
  const { venue, exchange, close } = await startStreaming('binance', createBinance);
  onTestFinished(close);
  const request = { kind: 'candles', exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1h' } as const;
  const market = venue.markets.find(({ symbol }) => symbol === request.symbol);
  if (!market) throw new Error('no such market');
  const begin = Math.floor(Date.now() / hourMs) * hourMs + 7 * minuteMs;
  const next = async (stepMs: number): Promise<readonly number[]> => {
    const timestamp = begin + stepMs;
    const candle = { timestamp, end: timestamp + minuteMs, trades: 1 };
    const prices = { open: '1', high: '2', low: '0.5', close: '1.5', volume: '5' };
    const waiting = candleWatch.next(exchange, request, () => begin + hourMs);
    await expect.poll(() => venue.subscriptions.length, { interval: 2 }).toBe(1);
    const message = toKlineMessage({ kind: 'spot', market, now: Date.now() }, '1h', { ...candle, ...prices }, false);
    venue.sendMessage(message);
    return (await waiting).map((told) => told.timestamp);
  };
  expect(await next(0)).toEqual([begin]);
  expect(await next(0)).toEqual([begin]);
  for (const step of [1, 2, 3]) {
    expect(await failureOf(next(step * minuteMs))).toMatchObject({ code: 'BAD_EXCHANGE_RESPONSE' });
  }
});
