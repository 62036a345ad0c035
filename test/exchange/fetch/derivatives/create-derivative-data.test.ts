import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MarketDataError } from '../../../../src/market/errors.ts';
import { connect, type VenueClient } from '../../../support/exchange/venue-client.ts';
import { ManualClock } from '../../../support/fakes/manual-clock.ts';
import { rateAt } from '../../../venues/binance/contracts.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const now = Date.UTC(2026, 2, 4, 12);
const exchange = 'binance';
const [btc, eth, coin] = ['BTC/USDT:USDT', 'ETH/USDT:USDT', 'BTC/USD:BTC'] as const;

let connection: VenueClient;

beforeAll(async () => {
  connection = await connect(exchange, { clock: new ManualClock(now) });
  connection.venue.now = now;
  await connection.data.fetchMarkets(exchange);
});
beforeEach(() => {
  connection.venue.reset();
  connection.venue.now = now;
});
afterAll(() => connection.close());

const data = () => connection.source.derivatives;

describe('funding rates', () => {
  it('have the rate of the current interval, its length and its end', async () => {
    connection.venue.setTicker(btc, { last: '65000.1' });
    const result = (await data().fetchFundingRates(exchange, [btc])).get(btc);
    expect(result).toMatchObject({
      value: {
        exchange,
        symbol: btc,
        rate: Number(rateAt(now + 4 * hourMs)),
        nextRate: null,
        intervalMs: 8 * hourMs,
        nextFundingTime: Date.UTC(2026, 2, 4, 16),
        markPrice: 65000.1,
        indexPrice: 65000,
        receivedAt: now,
        source: 'FETCH',
        stale: false,
      },
    });
  });

  it('of linear and inverse contracts come from two addresses, each symbol with its own result', async () => {
    const results = await data().fetchFundingRates(exchange, [btc, coin, eth, 'BTC/USDT', 'NO/SUCH:SUCH']);
    expect(
      [...results].map(([symbol, result]) => [symbol, result instanceof MarketDataError ? result.code : 'ok']),
    ).toEqual(
      expect.arrayContaining([
        [btc, 'ok'],
        [coin, 'ok'],
        [eth, 'ok'],
        ['BTC/USDT', 'NOT_SUPPORTED'],
        ['NO/SUCH:SUCH', 'SYMBOL_NOT_FOUND'],
      ]),
    );
    expect(results.get('BTC/USDT')).toMatchObject({
      message: 'BTC/USDT is not a perpetual contract, so it has no funding rate; try BTC/USDT:USDT or BTC/USD:BTC.',
      details: { suggestions: [btc, coin] },
    });
    expect(connection.venue.count(/^\/fapi\/v1\/premiumIndex/)).toBe(2);
    expect(connection.venue.count(/^\/dapi\/v1\/premiumIndex/)).toBe(1);
  });
});

describe('past funding', () => {
  const read = async (range: { since?: number; until?: number; limit: number }, symbol: string = btc) =>
    (await data().fetchFundingRateHistory({ exchange, symbol, ...range })).value;

  it('is the newest payments, oldest first', async () => {
    expect(await read({ limit: 3 })).toEqual(
      [32, 24, 16].map((hours) => {
        const timestamp = Date.UTC(2026, 2, 5) - hours * hourMs;
        return { timestamp, rate: Number(rateAt(timestamp)) };
      }),
    );
  });

  it('of an inverse contract comes from the other address', async () => {
    expect(await read({ limit: 2 }, coin)).toHaveLength(2);
    expect(connection.venue.count(/^\/dapi\/v1\/fundingRate/)).toBe(1);
  });

  it('begins at since and ends before until', async () => {
    const [since, until] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2)];
    expect((await read({ since, until, limit: 100 })).map(({ timestamp }) => timestamp)).toEqual(
      [0, 8, 16].map((hours) => since + hours * hourMs),
    );
    expect((await read({ until, limit: 2 })).map(({ timestamp }) => timestamp)).toEqual(
      [8, 16].map((hours) => since + hours * hourMs),
    );
  });

  it('begins with the first payment if it is asked for from before that', async () => {
    const [first] = await read({ since: Date.UTC(2015, 0), limit: 1 });
    expect(first?.timestamp).toBe(Date.UTC(2019, 8, 25, 8));
  });

  it('refuses bounds and limits that ask for nothing', async () => {
    await expect(read({ since: now, until: now, limit: 1 })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: 'since must be before until.',
    });
    for (const limit of [0, 1001]) {
      await expect(read({ limit })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    }
    await expect(read({ limit: 1 }, 'BTC/USDT')).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
    expect(connection.venue.count()).toBe(0);
  });
});

describe('open interest', () => {
  it('is an amount in coins, or in contracts', async () => {
    for (const symbol of [btc, coin]) {
      expect((await data().fetchOpenInterest({ exchange, symbol })).value).toMatchObject({
        symbol,
        amount: expect.closeTo(90_000, -3),
        value: null,
        timestamp: now,
        receivedAt: now,
        stale: false,
      });
    }
  });

  it('is refused for a spot market', async () => {
    await expect(data().fetchOpenInterest({ exchange, symbol: 'BTC/USDT' })).rejects.toMatchObject({
      code: 'NOT_SUPPORTED',
      message: 'BTC/USDT is not a contract, so it has no open interest; try BTC/USDT:USDT or BTC/USD:BTC.',
    });
  });
});

describe('past open interest', () => {
  const read = async (
    range: { since?: number; until?: number; limit: number; timeframe?: string },
    symbol: string = btc,
  ) => (await data().fetchOpenInterestHistory({ exchange, symbol, timeframe: '1h', ...range })).value;

  it('is read across calls, because one brings at most 500', async () => {
    const rows = await read({ limit: 700 });
    expect(rows).toHaveLength(700);
    expect(rows.at(-1)).toMatchObject({ timestamp: now, value: expect.any(Number), stale: false });
    expect(
      new Set(rows.slice(1).map(({ timestamp }, index) => (timestamp ?? 0) - (rows[index]?.timestamp ?? 0))),
    ).toEqual(new Set([hourMs]));
  });

  it('of a coin-margined contract is that contract, without a value in base currency', async () => {
    expect(await read({ limit: 1 }, coin)).toMatchObject([{ symbol: coin, value: null, amount: expect.any(Number) }]);
    expect(connection.venue.requests[0]?.query).toMatchObject({ pair: 'BTCUSD', contractType: 'PERPETUAL' });
  });

  it('reaches back 30 days', async () => {
    expect(await read({ since: now - 29 * dayMs, limit: 1, timeframe: '1d' })).toHaveLength(1);
    await expect(read({ since: now - 31 * dayMs, limit: 1, timeframe: '1d' })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining('does not reach back that far; it begins at 2026-02-02T12:00:00.000Z.'),
    });
    await expect(read({ until: now - 31 * dayMs, limit: 1 })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('has certain timeframes', async () => {
    await expect(read({ limit: 1, timeframe: '1w' })).rejects.toMatchObject({
      code: 'TIMEFRAME_NOT_SUPPORTED',
      details: { suggestions: ['5m', '15m', '30m', '1h', '2h', '4h', '6h', '12h', '1d'] },
    });
  });
});
