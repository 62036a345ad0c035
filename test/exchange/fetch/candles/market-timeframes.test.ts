import { describe, expect, it, onTestFinished } from 'vitest';
import { loadExchangeClass } from '../../../../src/exchange/ccxt/load-ccxt.ts';
import { listedTimeframes } from '../../../../src/exchange/fetch/candles/market-timeframes.ts';
import { periodStart } from '../../../../src/market/timeframe.ts';
import { type Answer, createStandIn, type StandIn } from '../../../support/exchange/stand-in.ts';
import { connectTo, failureOf, type StandInClient } from '../../../support/exchange/venue-client.ts';
import { ManualClock } from '../../../support/fakes/manual-clock.ts';
import { answerAsKucoin, type KucoinOptions, kucoinGranularities } from '../../../venues/others/kucoin-candles.ts';
import { answerAsOkx, type OkxOptions, okxBars } from '../../../venues/others/okx-candles.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const now = Date.UTC(2026, 2, 4, 12, 34, 56);

interface Connection extends StandInClient {
  readonly standIn: StandIn;
  readonly clock: ManualClock;
}

async function connect(id: string, answer: (clock: ManualClock) => Answer): Promise<Connection> {
  const clock = new ManualClock(now);
  const standIn = await createStandIn(id, answer(clock));
  const connection = await connectTo(id, standIn.options, { clock });
  onTestFinished(async () => {
    await connection.close();
    await standIn.close();
  });
  await connection.data.fetchMarkets(id);
  standIn.reset();
  return { ...connection, standIn, clock };
}

/** The outcome of a promise that needs time to pass. */
async function passing<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  let isOver = false;
  const over = promise.finally(() => {
    isOver = true;
  });
  // Checked below.
  over.catch(() => {});
  await expect
    .poll(
      async () => {
        await clock.advance(100);
        return isOver;
      },
      { interval: 5 },
    )
    .toBe(true);
  return over;
}

describe('what ccxt lists by kind of market', () => {
  const kinds = { spot: {}, swap: { subType: 'linear' }, future: { subType: 'inverse' } } as const;

  it.each([
    ['kucoin', 'spot', null],
    ['kucoin', 'swap', '1m 5m 15m 30m 1h 2h 4h 8h 12h 1d 1w'],
    ['kucoin', 'future', '1m 5m 15m 30m 1h 2h 4h 8h 12h 1d 1w'],
    ['mexc', 'spot', '1m 5m 15m 30m 1h 4h 1d 1w 1M'],
    ['mexc', 'swap', '1m 5m 15m 30m 1h 4h 8h 1d 1w 1M'],
    ['bitget', 'spot', '1m 5m 3m 15m 30m 1h 4h 6h 12h 1d 3d 1w 1M'],
    ['bitget', 'swap', '1m 3m 5m 15m 30m 1h 2h 4h 6h 12h 1d 3d 1w 1M'],
    ['bitget', 'future', '1m 3m 5m 15m 30m 1h 2h 4h 6h 12h 1d 3d 1w 1M'],
    ['bitrue', 'spot', '1m 5m 15m 30m 1h 2h 4h 12h 1d 1w'],
    ['bitrue', 'swap', '1m 5m 15m 30m 1h 1d 1w 1M'],
    ['weex', 'spot', '1m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 1w 1M'],
    ['weex', 'swap', '1m 5m 15m 30m 1h 4h 12h 1d 1w'],
    // Lists of their streams, which are flat.
    ['coinex', 'swap', null],
    ['whitebit', 'spot', null],
    ['onetrading', 'spot', null],
    ['deepcoin', 'swap', null],
    ['binance', 'swap', null],
  ] as const)('%s, %s: %s', async (id, kind, expected) => {
    const Class = await loadExchangeClass(id, true);
    const exchange = new Class({});
    const market = exchange.safeMarketStructure({ symbol: 'A/B', [kind]: true, type: kind, ...kinds[kind] });
    if (!market) throw new Error('ccxt made no market');
    expect(listedTimeframes(exchange, market)?.join(' ') ?? null).toBe(expected);
  });
});

describe('kucoin, whose contracts lack timeframes that its spot markets have', () => {
  const series = { exchange: 'kucoin', symbol: 'NEW/USDT:USDT' } as const;
  const listedAt = Date.UTC(2026, 1, 2, 3);
  const kucoin = (options: Partial<KucoinOptions> = {}) =>
    connect('kucoin', (clock) => answerAsKucoin({ now: () => clock.now(), listedAt, ...options }));

  it('returns those of the market', async () => {
    const { data } = await kucoin();
    expect(await data.fetchTimeframes(series.exchange, series.symbol)).toEqual(
      '1m 5m 15m 30m 1h 2h 4h 8h 12h 1d 1w'.split(' '),
    );
    expect(data.exchange('kucoin').timeframes).toEqual(expect.arrayContaining(['3m', '6h', '1M']));
  });

  it.each([
    ['3m', '1'],
    ['6h', '120'],
    ['45m', '15'],
    ['3d', '1440'],
    ['1M', '1440'],
    ['3M', '1440'],
  ])('builds %s from %s minutes', async (timeframe, granularity) => {
    const { data, standIn } = await kucoin();
    const candles = await data.fetchCandles({ ...series, timeframe, limit: 2 });
    expect(candles.at(-1)?.timestamp).toBe(periodStart(timeframe, now));
    for (const { query } of standIn.requests) expect(kucoinGranularities).toContain(Number(query.granularity));
    expect(standIn.requests[0]?.query.granularity).toBe(granularity);
  });

  it('names them when none divides the requested one', async () => {
    const { data } = await kucoin();
    const error = await failureOf(data.fetchCandles({ ...series, timeframe: '7s', limit: 2 }));
    expect(error).toMatchObject({ code: 'TIMEFRAME_NOT_SUPPORTED', details: { symbol: series.symbol } });
    expect(error.details.suggestions).toEqual(await data.fetchTimeframes(series.exchange, series.symbol));
    expect(error.message).toContain('1m, 5m, 15m, 30m, 1h, 2h, 4h, 8h, 12h, 1d, 1w');
  });

  describe('candles from before it was listed', () => {
    const days = { ...series, timeframe: '1d', since: listedAt - 400 * dayMs, limit: 10 };
    const failures = {
      'is refused': { status: 400, json: { code: '400100', msg: 'invalid parameter' } },
      'is broken': { status: 500, json: { code: '500000', msg: 'internal error' } },
      'is down': { status: 503, json: {} },
      'is unreadable': { json: { code: '200000', data: 'nonsense' } },
      'has no time': { json: { code: '200000', data: [[null, 1, 2, 0.5, 1.5, 10]] } },
      'is of another market': { status: 400, json: { code: '400100', msg: 'Unsupported trading pair.' } },
    };

    it.each(Object.entries(failures))('are returned when the call for weeks %s', async (_how, reply) => {
      const { data, clock } = await kucoin({ candles: (granularity) => (granularity === '10080' ? reply : undefined) });
      const young = await passing(clock, data.fetchCandles({ ...series, timeframe: '1d', limit: 100 }));
      expect(young).toHaveLength(31);
    });

    it.each([
      ['is refused', failures['is refused']],
      ['wants to be left alone', { status: 429, json: { code: '429000', msg: 'too many' } }],
    ])('come with what is in hand where each look at a longer timeframe %s', async (_how, reply) => {
      const { data, standIn } = await kucoin({
        candles: (granularity) => (Number(granularity) > 60 ? reply : undefined),
      });
      const since = listedAt - 20 * hourMs;
      const hours = await data.fetchCandles({ ...series, timeframe: '1h', since, limit: 10 });
      expect(hours.map(({ timestamp }) => timestamp)).toEqual(
        Array.from({ length: 10 }, (_, index) => listedAt + index * hourMs),
      );
      // It is not called over and over again.
      expect(standIn.requests.filter(({ query }) => Number(query.granularity) > 60).length).toBeLessThanOrEqual(3);
    });

    it.each(['is refused', 'is broken', 'is down'] as const)(
      'are returned from the next range when there are none yet and the call for weeks %s',
      async (how) => {
        const { data, clock } = await kucoin({
          candles: (granularity) => (granularity === '10080' ? failures[how] : undefined),
        });
        const candles = await passing(clock, data.fetchCandles(days));
        expect(candles.map(({ timestamp }) => timestamp)).toEqual(
          Array.from({ length: 10 }, (_, index) => Date.UTC(2026, 1, 2 + index)),
        );
        // Candles that are built from them are returned too.
        const months = await passing(clock, data.fetchCandles({ ...series, timeframe: '1M', limit: 50 }));
        expect(months.map(({ timestamp }) => timestamp)).toEqual([Date.UTC(2026, 1), Date.UTC(2026, 2)]);
      },
    );

    it('are looked for again a minute after the call for longer candles failed', async () => {
      let isFailing = true;
      const { data, clock, standIn } = await kucoin({
        candles: (granularity) => (isFailing && granularity === '10080' ? failures['is down'] : undefined),
      });
      expect(await passing(clock, data.fetchCandles(days))).toHaveLength(10);
      isFailing = false;
      standIn.reset();
      expect(await data.fetchCandles(days)).toHaveLength(10);
      expect(standIn.requests).toEqual([]);
      await clock.advance(minuteMs + 1);
      expect(await data.fetchCandles(days)).toHaveLength(10);
      expect(standIn.requests.map(({ query }) => query.granularity)).toContain('10080');
    });

    it('are not reported as nonexistent while the exchange is down', async () => {
      const { data, clock } = await kucoin({
        candles: (granularity) => (Number(granularity) > 60 ? failures['is down'] : undefined),
      });
      const old = { since: listedAt - 100 * dayMs, until: listedAt - 99 * dayMs };
      const asked = data.fetchCandles({ ...series, timeframe: '1h', ...old, limit: 10 });
      const error = await passing(clock, failureOf(asked));
      expect(error).toMatchObject({ code: 'EXCHANGE_UNAVAILABLE', retryable: true });
    });
  });
});

describe('okx, which refuses a timeframe that ccxt lists', () => {
  const series = { exchange: 'okx', symbol: 'BTC/USDT' } as const;
  const okx = (options: Partial<OkxOptions> = {}) =>
    connect('okx', (clock) => answerAsOkx({ now: () => clock.now(), bars: okxBars, ...options }));
  const refused = { json: { code: '51000', msg: 'Parameter bar error', data: [] } };

  it('builds it from a shorter one, and does not request it again for an hour', async () => {
    const { data, standIn, clock } = await okx();
    const months = { ...series, timeframe: '1M', limit: 2 };
    expect((await data.fetchCandles(months)).map(({ timestamp }) => timestamp)).toEqual([
      Date.UTC(2026, 1),
      Date.UTC(2026, 2),
    ]);
    expect(await data.fetchTimeframes(series.exchange, series.symbol)).not.toContain('1M');
    standIn.reset();
    // This includes the other markets of its kind.
    expect(await data.fetchCandles({ ...months, symbol: 'ETH/USDT' })).toHaveLength(2);
    expect(standIn.requests.map(({ query }) => query.bar)).not.toContain('1Mutc');
    await clock.advance(hourMs + 1);
    expect(await data.fetchTimeframes(series.exchange, series.symbol)).toContain('1M');
  });

  it('finds out about a timeframe that another one is built from', async () => {
    const { data } = await okx({ bars: { '1m': minuteMs, '1H': hourMs, '1Dutc': dayMs } });
    // 2w is built from weeks, which it refuses too.
    const weeks = await data.fetchCandles({ ...series, timeframe: '2w', limit: 2 });
    expect(weeks.map(({ timestamp }) => timestamp)).toEqual([Date.UTC(2026, 1, 16), Date.UTC(2026, 2, 2)]);
    expect(await data.fetchTimeframes(series.exchange, series.symbol)).not.toContain('1w');
  });

  const hours = { ...series, timeframe: '4h', limit: 3 };

  it.each([
    ['is down', { status: 503, json: {} }],
    ['says that it is', { status: 503, json: { code: '50001', msg: 'unavailable' } }],
    ['limits requests', { status: 429, json: { code: '50011', msg: 'too many' } }],
    ['blocks this server', { status: 403, json: {} }],
    ['cannot be read', { json: { code: '0', msg: '', data: [['', '1', '2', '0.5', '1.5', '10', '10', '10', '1']] } }],
  ])('learns nothing where it %s', async (_how, reply) => {
    let isFailing = true;
    const { data, clock, standIn } = await okx({ candles: (bar) => (isFailing && bar === '4H' ? reply : undefined) });
    await passing(clock, failureOf(data.fetchCandles(hours)));
    // It does not look for a reason either.
    expect(new Set(standIn.requests.map(({ query }) => query.bar))).toEqual(new Set(['4H']));
    isFailing = false;
    expect(await data.fetchTimeframes(series.exchange, series.symbol)).toContain('4h');
    await clock.advance(hourMs);
    expect(await data.fetchCandles(hours)).toHaveLength(3);
  });

  it('learns nothing when it goes down while the reason is looked for', async () => {
    let asked = 0;
    const { data, clock } = await okx({
      candles: (bar) => {
        if (bar !== '4H') return undefined;
        asked += 1;
        return asked === 1 ? refused : { status: 503, json: {} };
      },
    });
    const error = await passing(clock, failureOf(data.fetchCandles(hours)));
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(asked).toBeGreaterThan(1);
    expect(await data.fetchTimeframes(series.exchange, series.symbol)).toContain('4h');
  });

  it('learns nothing when it refuses every timeframe of a market', async () => {
    const { data, standIn } = await okx({
      candles: (_bar, { instId }) => (instId === 'ETH-USDT' ? refused : undefined),
    });
    const query = { ...hours, symbol: 'ETH/USDT' };
    expect(await failureOf(data.fetchCandles(query))).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await data.fetchTimeframes(series.exchange, 'ETH/USDT')).toContain('4h');
    // It does not look for the reason again immediately.
    standIn.reset();
    expect(await failureOf(data.fetchCandles(query))).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(standIn.requests).toHaveLength(1);
  });

  it('learns nothing when it refuses a range', async () => {
    const tooOld = Date.UTC(2026, 0);
    const { data } = await okx({
      candles: (_bar, { after }) => (after !== undefined && Number(after) < tooOld ? refused : undefined),
    });
    const old = { ...hours, until: Date.UTC(2025, 5), limit: 3 };
    expect(await failureOf(data.fetchCandles(old))).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await data.fetchTimeframes(series.exchange, series.symbol)).toContain('4h');
    expect(await data.fetchCandles(hours)).toHaveLength(3);
  });

  it('learns nothing when it has served the timeframe a moment ago', async () => {
    let isRefusing = false;
    const { data, clock, standIn } = await okx({
      candles: (bar) => (isRefusing && bar === '4H' ? refused : undefined),
    });
    expect(await data.fetchCandles(hours)).toHaveLength(3);
    isRefusing = true;
    await clock.advance(hourMs / 2);
    standIn.reset();
    expect(await failureOf(data.fetchCandles(hours))).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(standIn.requests).toHaveLength(1);
  });
});
