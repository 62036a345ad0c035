import { describe, expect, test } from 'vitest';
import { contracts, contractsNow } from '../../../support/exchange/small-contracts.ts';

const hourMs = 3_600_000;
const intervalMs = 8 * hourMs;
const newest = Math.floor(contractsNow / intervalMs) * intervalMs;

/** The times of the newest `count` payments, newest first. */
function times(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => newest - index * intervalMs);
}

const timestamps = (rows: readonly { readonly timestamp: number }[]) => rows.map(({ timestamp }) => timestamp);
const oldestFirst = (list: readonly number[]) => list.toReversed();

/** OKX: newest first, 100 per call; `before` and `after` are newer and older than a time. */
function okx(all: readonly number[] = times(250)) {
  return contracts('okx', { 'BTC/USDT:USDT': 'BTC-USDT-SWAP' }, (_path, query) => {
    const limit = Math.min(Number(query.get('limit') ?? 100), 100);
    const [before, after] = [Number(query.get('before') ?? 0), Number(query.get('after') ?? Number.POSITIVE_INFINITY)];
    const rows = all.filter((time) => time > before && time < after).slice(0, limit);
    const toRow = (time: number) => ({ instId: 'BTC-USDT-SWAP', fundingTime: String(time), realizedRate: '0.0001' });
    return { body: { code: '0', data: rows.map(toRow) } };
  });
}

const btc = 'BTC/USDT:USDT';

describe('an exchange that sends the newest first, 100 per call', () => {
  test('the newest 250 take three calls', async () => {
    const exchange = await okx();
    expect(timestamps(await exchange.payments({ symbol: btc, limit: 250 }))).toEqual(oldestFirst(times(250)));
    expect(exchange.requests).toHaveLength(3);
  });

  test('the first from an instant on are not the newest', async () => {
    const exchange = await okx();
    const since = newest - 200 * intervalMs;
    expect(timestamps(await exchange.payments({ symbol: btc, since, limit: 5 }))).toEqual(
      oldestFirst(times(201)).slice(0, 5),
    );
  });

  test('what is before a time is asked for with its own parameter', async () => {
    const exchange = await okx();
    const until = newest - 100 * intervalMs;
    expect(timestamps(await exchange.payments({ symbol: btc, until, limit: 2 }))).toEqual([
      until - 2 * intervalMs,
      until - intervalMs,
    ]);
    expect(exchange.requests[0]).toContain(`after=${until}`);
  });

  test('its history reaches back three months', async () => {
    const exchange = await okx();
    const since = contractsNow - 91 * 24 * hourMs;
    await expect(exchange.payments({ symbol: btc, since, limit: 5 })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining('does not reach back that far; it begins at 2025-12-04T12:30:00.000Z'),
    });
    expect(exchange.requests).toEqual([]);
  });

  test('a payment that comes twice is there once, and one without a time or a rate is not there', async () => {
    const exchange = await contracts('okx', { [btc]: 'BTC-USDT-SWAP' }, () => ({
      body: {
        code: '0',
        data: [
          { instId: 'BTC-USDT-SWAP', fundingTime: String(newest), realizedRate: '0.0002' },
          { instId: 'BTC-USDT-SWAP', fundingTime: String(newest - intervalMs), realizedRate: '0.0001' },
          { instId: 'BTC-USDT-SWAP', fundingTime: String(newest - intervalMs), realizedRate: '0.0001' },
          { instId: 'BTC-USDT-SWAP', fundingTime: String(newest - 2 * intervalMs), realizedRate: 'NaN' },
          { instId: 'BTC-USDT-SWAP', fundingTime: String(newest - 3 * intervalMs), realizedRate: '1e300' },
          { instId: 'BTC-USDT-SWAP', fundingTime: '', realizedRate: '0.0001' },
          { instId: 'BTC-USDT-SWAP', fundingTime: '32503680000000', realizedRate: '0.0001' },
        ],
      },
    }));
    expect(await exchange.payments({ symbol: btc, limit: 100 })).toEqual([
      { timestamp: newest - intervalMs, rate: 0.0001 },
      { timestamp: newest, rate: 0.0002 },
    ]);
  });
});

describe('an exchange that ignores since and until', () => {
  /** MEXC: pages of its newest payments. */
  const mexc = () =>
    contracts('mexc', { [btc]: 'BTC_USDT' }, (_path, query) => {
      const rows = times(500).slice(0, Math.min(Number(query.get('page_size')), 100));
      const toRow = (settleTime: number) => ({ symbol: 'BTC_USDT', fundingRate: 0.0001, settleTime });
      return { body: { success: true, code: 0, data: { resultList: rows.map(toRow) } } };
    });

  test('answers for what its newest payments contain', async () => {
    const exchange = await mexc();
    const since = newest - 20 * intervalMs;
    expect(timestamps(await exchange.payments({ symbol: btc, since, limit: 5 }))).toEqual(
      oldestFirst(times(21)).slice(0, 5),
    );
  });

  test('refuses what they do not contain: no answer may have a gap', async () => {
    const exchange = await mexc();
    await expect(
      exchange.payments({ symbol: btc, since: newest - 200 * intervalMs, limit: 500 }),
    ).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: `The history of funding of BTC/USDT:USDT at mexc does not reach back that far; it begins at ${new Date(newest - 99 * intervalMs).toISOString()}.`,
    });
    await expect(exchange.payments({ symbol: btc, until: newest - 200 * intervalMs, limit: 5 })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });
});

test('an exchange that always sends everything is asked once, for any part of it', async () => {
  const exchange = await contracts('krakenfutures', { 'BTC/USD:USD': 'PF_XBTUSD' }, () => ({
    body: {
      result: 'success',
      rates: oldestFirst(times(300)).map((time) => ({
        timestamp: new Date(time).toISOString(),
        fundingRate: 0.65,
        relativeFundingRate: 0.00001,
      })),
    },
  }));
  const rows = await exchange.payments({ symbol: 'BTC/USD:USD', since: Date.UTC(2020, 0), limit: 3 });
  expect(rows).toEqual(
    oldestFirst(times(300))
      .slice(0, 3)
      .map((timestamp) => ({ timestamp, rate: 0.00001 })),
  );
  expect(exchange.requests).toHaveLength(1);
  const until = newest - 100 * intervalMs;
  const before = await exchange.payments({ symbol: 'BTC/USD:USD', until, limit: 150 });
  expect(timestamps(before)).toEqual(oldestFirst(times(300)).slice(49, 199));
  expect(exchange.requests).toHaveLength(2);
});

test('an exchange is asked for as many payments at once as it accepts', async () => {
  const exchange = await contracts('bybit', { [btc]: 'BTCUSDT' }, (_path, query) => {
    const limit = Number(query.get('limit') ?? 200);
    if (limit > 200) return { body: { retCode: 10001, retMsg: 'params error: limit invalid', result: {} } };
    const [from, to] = [Number(query.get('startTime') ?? 0), Number(query.get('endTime') ?? contractsNow)];
    const list = times(1000)
      .filter((time) => time >= from && time <= to)
      .slice(0, limit)
      .map((time) => ({ symbol: 'BTCUSDT', fundingRate: '0.0001', fundingRateTimestamp: String(time) }));
    return { body: { retCode: 0, retMsg: 'OK', result: { category: 'linear', list } } };
  });
  expect(timestamps(await exchange.payments({ symbol: btc, limit: 900 }))).toEqual(oldestFirst(times(900)));
  expect(exchange.requests).toHaveLength(5);
  expect(timestamps(await exchange.payments({ symbol: btc, since: newest - 950 * intervalMs, limit: 600 }))).toEqual(
    oldestFirst(times(951)).slice(0, 600),
  );
});

test('an exchange without past funding names others that have it', async () => {
  const exchange = await contracts('lbank', { [btc]: 'BTCUSDT' }, () => ({ body: {} }));
  await expect(exchange.payments({ symbol: btc, limit: 10 })).rejects.toMatchObject({
    code: 'NOT_SUPPORTED',
    message: expect.stringMatching(/^lbank offers no past funding; .* do\.$/),
  });
});
