import { expect, test } from 'vitest';
import { MarketDataError } from '../../../../src/market/errors.ts';
import { contracts, contractsNow, summary } from '../../../support/exchange/small-contracts.ts';
import type { Reply } from '../../../venues/replies.ts';

const names = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L'];
const symbols = names.map((name) => `${name}/USDT:USDT`);
const markets = Object.fromEntries(names.map((name) => [`${name}/USDT:USDT`, `${name}USDT`]));
const next = Date.UTC(2026, 2, 4, 16);

function premium(symbol: string, rate = '0.0001') {
  return {
    symbol,
    markPrice: '10',
    indexPrice: '10',
    lastFundingRate: rate,
    nextFundingTime: next,
    time: contractsNow,
  };
}

/** Binance, whose answers for all or for one market can be replaced. */
function binance(all: () => Reply, one: (id: string) => Reply = (id) => ({ body: premium(id, '0.0002') })) {
  return contracts('binance', markets, (path, query) => {
    if (path.endsWith('/fundingInfo')) return { body: [{ symbol: 'BUSDT', fundingIntervalHours: 4 }] };
    const id = query.get('symbol');
    return id ? one(id) : all();
  });
}

const everything = () => ({ body: names.map((name) => premium(`${name}USDT`)) });

test('from ten markets on, one call brings the rates of all', async () => {
  const exchange = await binance(everything);
  expect(Object.values(summary(await exchange.rates(symbols)))).toEqual(symbols.map(() => 0.0001));
  expect(exchange.requests).toEqual(['/fapi/v1/premiumIndex', '/fapi/v1/fundingInfo']);
  exchange.reset();
  await exchange.rates(symbols.slice(0, 3));
  expect(exchange.requests).toHaveLength(3);
});

test('the list of intervals is requested once; markets that it does not contain pay every eight hours', async () => {
  const exchange = await binance(everything);
  for (let round = 0; round < 3; round++) {
    const outcomes = await exchange.rates(symbols);
    const intervals = [...outcomes.values()].map((outcome) => ('rate' in outcome ? outcome.intervalMs : null));
    expect(intervals.slice(0, 3)).toEqual([8, 4, 8].map((hours) => hours * 3_600_000));
  }
  expect(exchange.requests.filter((request) => request.includes('fundingInfo'))).toHaveLength(1);
});

test('without the list, the interval is unknown, and so is the rate of a year', async () => {
  const exchange = await contracts('binance', markets, (path) =>
    path.endsWith('/fundingInfo') ? { status: 400, body: { code: -1, msg: 'no' } } : { body: premium('AUSDT') },
  );
  expect((await exchange.rates(['A/USDT:USDT'])).get('A/USDT:USDT')).toMatchObject({ rate: 0.0001, intervalMs: null });
  exchange.reset();
  await exchange.rates(['A/USDT:USDT']);
  expect(exchange.requests).toEqual(['/fapi/v1/premiumIndex?symbol=AUSDT']);
});

test('an interval that does not end at the next payment is not known any more', async () => {
  const exchange = await contracts('binance', markets, (path, query) => {
    if (path.endsWith('/fundingInfo')) return { body: [] };
    const nextFundingTime = query.get('symbol') === 'AUSDT' ? Date.UTC(2026, 2, 4, 20) : next;
    return { body: { ...premium(query.get('symbol') ?? ''), nextFundingTime } };
  });
  const outcomes = await exchange.rates(symbols.slice(0, 2));
  expect([...outcomes.values()]).toMatchObject([{ intervalMs: null }, { intervalMs: 28_800_000 }]);
});

test('a thousand markets without funding do not all get suggestions', async () => {
  const spot = Array.from({ length: 100 }, (_, index) => `C${index}/USDT`);
  const listed = Object.fromEntries(spot.map((symbol) => [symbol, symbol.replace('/', '')]));
  const exchange = await contracts('binance', { ...listed, ...markets }, everything);
  const errors = [...(await exchange.rates(spot)).values()];
  expect(errors.every((error) => error instanceof MarketDataError && error.code === 'NOT_SUPPORTED')).toBe(true);
  expect(errors.filter((error) => error instanceof MarketDataError && error.details.suggestions)).toHaveLength(20);
  expect(errors.at(-1)).toMatchObject({
    message: 'C99/USDT is not a perpetual contract, so it has no funding rate.',
  });
});

test('what a batch leaves out is requested alone', async () => {
  const exchange = await binance(() => ({ body: names.slice(2).map((name) => premium(`${name}USDT`)) }));
  const rates = summary(await exchange.rates(symbols));
  expect([rates['A/USDT:USDT'], rates['B/USDT:USDT'], rates['C/USDT:USDT']]).toEqual([0.0002, 0.0002, 0.0001]);
});

test('a batch that leaves out everything is not followed by a call for each of a thousand markets', async () => {
  const exchange = await binance(
    () => ({ body: [] }),
    () => ({ status: 400, body: { code: -1121, msg: 'Invalid symbol.' } }),
  );
  const rates = summary(await exchange.rates(symbols));
  expect(new Set(Object.values(rates))).toEqual(new Set(['SYMBOL_NOT_FOUND', 'BAD_EXCHANGE_RESPONSE']));
  expect(exchange.requests.filter((request) => request.includes('symbol='))).toHaveLength(5);
});

test('an impossible rate in a batch is an error of its market only', async () => {
  const exchange = await binance(() => ({
    body: names.map((name) => premium(`${name}USDT`, name === 'A' ? '1e300' : name === 'B' ? 'NaN' : '0.0001')),
  }));
  const outcomes = await exchange.rates(symbols);
  expect(outcomes.get('A/USDT:USDT')).toMatchObject({
    code: 'BAD_EXCHANGE_RESPONSE',
    message: 'binance sent no funding rate for A/USDT:USDT.',
  });
  expect(summary(outcomes)).toMatchObject({ 'B/USDT:USDT': 'BAD_EXCHANGE_RESPONSE', 'C/USDT:USDT': 0.0001 });
});

test('after an outage, nothing else is requested', async () => {
  const exchange = await binance(
    () => ({ status: 429, body: { code: -1003, msg: 'Too many requests.' } }),
    () => ({ body: {} }),
  );
  const outcomes = await exchange.rates(symbols);
  expect(new Set(Object.values(summary(outcomes)))).toEqual(new Set(['RATE_LIMITED']));
  expect(outcomes.get('B/USDT:USDT')).toMatchObject({
    message: expect.not.stringContaining('not requested'),
    details: { symbol: 'B/USDT:USDT' },
  });
  expect(exchange.requests).toHaveLength(1);
});

test('one symbol that a batch is refused for does not fail the others', async () => {
  const row = (id: string) => [
    id,
    contractsNow,
    null,
    10,
    10,
    null,
    1,
    null,
    next,
    0.0002,
    8,
    null,
    0.0001,
    null,
    null,
    10,
  ];
  const exchange = await contracts(
    'bitfinex',
    Object.fromEntries(names.map((name) => [`${name}/USDT:USDT`, `t${name}F0:USTF0`])),
    (_path, query) => {
      const ids = query.get('keys')?.split(',') ?? [];
      return ids.includes('tCF0:USTF0')
        ? { status: 500, body: ['error', 10020, 'keys: invalid'] }
        : { body: ids.map(row) };
    },
  );
  const rates = summary(await exchange.rates(symbols));
  expect(rates['C/USDT:USDT']).not.toBe(0.0001);
  expect(Object.values(rates).filter((rate) => rate === 0.0001)).toHaveLength(names.length - 1);
  expect(exchange.requests.length).toBeLessThan(names.length + 2);
});

test('an exchange that takes ten markets per call gets two calls for twelve', async () => {
  const exchange = await contracts('coinex', markets, (_path, query) => ({
    body: {
      code: 0,
      message: 'OK',
      data: (query.get('market')?.split(',') ?? []).map((market) => ({
        market,
        mark_price: '10',
        latest_funding_rate: '0.0003',
        latest_funding_time: next - 8 * 3_600_000,
        next_funding_rate: '0.0004',
        next_funding_time: next,
      })),
    },
  }));
  const outcomes = await exchange.rates(symbols);
  expect(exchange.requests).toHaveLength(2);
  // The latest rate was paid already, so the next one is the rate of the current interval.
  expect(outcomes.get('A/USDT:USDT')).toMatchObject({
    rate: 0.0004,
    nextRate: null,
    nextFundingTime: next,
    intervalMs: 8 * 3_600_000,
  });
});

test('a batch that ccxt cannot make for a kind of market costs no request', async () => {
  const exchange = await contracts('htx', { 'A/USDT:USDT': 'A-USDT', 'B/USDT:USDT': 'B-USDT' }, (_path, query) => ({
    body: {
      status: 'ok',
      code: 200,
      data: [
        {
          contract_code: query.get('contract_code'),
          funding_rate: '0.0001',
          funding_time: String(next),
          next_funding_time: String(next + 4 * 3_600_000),
        },
      ],
    },
  }));
  const outcomes = await exchange.rates(['A/USDT:USDT', 'B/USDT:USDT']);
  expect(exchange.requests).toHaveLength(2);
  expect(outcomes.get('A/USDT:USDT')).toMatchObject({ rate: 0.0001, nextFundingTime: next, intervalMs: 4 * 3_600_000 });
});

test('an exchange whose class has only the call for all markets', async () => {
  const exchange = await contracts('toobit', { 'A/USDT:USDT': 'A-SWAP-USDT', 'B/USDT:USDT': 'B-SWAP-USDT' }, () => ({
    body: [{ symbol: 'A-SWAP-USDT', rate: '0.0001', nextFundingTime: String(next) }],
  }));
  expect(summary(await exchange.rates(['A/USDT:USDT']))).toEqual({ 'A/USDT:USDT': 0.0001 });
  expect(summary(await exchange.rates(['A/USDT:USDT', 'B/USDT:USDT']))).toEqual({
    'A/USDT:USDT': 0.0001,
    'B/USDT:USDT': 'BAD_EXCHANGE_RESPONSE',
  });
});

test('an exchange without funding rates names others that have them', async () => {
  const exchange = await contracts('coinbase', { 'A/USDT:USDT': 'A' }, () => ({ body: {} }));
  const outcome = (await exchange.rates(['A/USDT:USDT'])).get('A/USDT:USDT');
  expect(outcome).toBeInstanceOf(MarketDataError);
  expect(outcome).toMatchObject({
    code: 'NOT_SUPPORTED',
    message: expect.stringMatching(/^coinbase offers no funding rates; aster, .* and others do\.$/),
    details: { suggestions: expect.arrayContaining(['binance']) },
  });
  expect(exchange.requests).toEqual([]);
});
