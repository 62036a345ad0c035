import { describe, expect, test } from 'vitest';
import { contracts, contractsNow } from '../../../support/exchange/small-contracts.ts';

const btc = 'BTC/USDT:USDT';

describe('the unit', () => {
  test('Deribit: base currency for linear contracts, quote currency for inverse ones', async () => {
    const exchange = await contracts(
      'deribit',
      { 'BTC/USDC:USDC': 'BTC_USDC-PERPETUAL', 'BTC/USD:BTC': 'BTC-PERPETUAL' },
      (_path, query) => ({
        body: {
          jsonrpc: '2.0',
          result: [
            {
              instrument_name: query.get('instrument_name'),
              open_interest: query.get('instrument_name') === 'BTC-PERPETUAL' ? 9_978_911_260 : 1200.5,
              creation_timestamp: contractsNow,
            },
          ],
        },
      }),
    );
    expect(await exchange.interest('BTC/USDC:USDC')).toMatchObject({ amount: 1200.5, value: null });
    expect(await exchange.interest('BTC/USD:BTC')).toMatchObject({ amount: null, value: 9_978_911_260 });
  });

  test('HitBTC: base currency, which ccxt takes for the value', async () => {
    const exchange = await contracts('hitbtc', { [btc]: 'BTCUSDT_PERP' }, () => ({
      body: { open_interest: '30.9826', timestamp: '2026-03-04T12:00:00.000Z' },
    }));
    expect(await exchange.interest(btc)).toMatchObject({
      amount: 30.9826,
      value: null,
      timestamp: Date.UTC(2026, 2, 4, 12),
    });
  });

  test('OKX: contracts and their value', async () => {
    const exchange = await contracts('okx', { [btc]: 'BTC-USDT-SWAP' }, () => ({
      body: {
        code: '0',
        data: [{ instId: 'BTC-USDT-SWAP', oi: '2000', oiCcy: '20', oiUsd: '1300000', ts: '1772625600000' }],
      },
    }));
    expect(await exchange.interest(btc)).toMatchObject({
      amount: 2000,
      value: 1_300_000,
      timestamp: 1_772_625_600_000,
    });
  });
});

test('Bybit: the newest value of its shortest interval', async () => {
  const exchange = await contracts('bybit', { [btc]: 'BTCUSDT' }, (_path, query) => {
    const timestamp = query.get('intervalTime') === '5min' ? contractsNow : contractsNow - 1_800_000;
    const list = [{ openInterest: '50000', timestamp: String(timestamp) }];
    return { body: { retCode: 0, retMsg: 'OK', result: { symbol: 'BTCUSDT', list } } };
  });
  expect(await exchange.interest(btc)).toMatchObject({ amount: 50_000, value: null, timestamp: contractsNow });
});

/** Binance with one answer. */
function binance(openInterest: unknown, time: unknown = contractsNow) {
  return contracts('binance', { [btc]: 'BTCUSDT' }, () => ({ body: { symbol: 'BTCUSDT', openInterest, time } }));
}

test.each(['-5', 'NaN', '1e300', '', null, 'much'])('%s is no open interest', async (value) => {
  const exchange = await binance(value);
  await expect(exchange.interest(btc)).rejects.toMatchObject({
    code: 'BAD_EXCHANGE_RESPONSE',
    message: 'binance sent no open interest for BTC/USDT:USDT.',
    retryable: true,
  });
});

test('no open positions are a value', async () => {
  expect(await (await binance('0')).interest(btc)).toMatchObject({ amount: 0 });
});

test('an impossible time is null, and fractions of a millisecond are cut', async () => {
  expect(await (await binance('1', 95617584000000)).interest(btc)).toMatchObject({ timestamp: null });
  const phemex = await contracts('phemex', { [btc]: 'BTCUSDT' }, () => ({
    body: { result: { symbol: 'BTCUSDT', openInterestRv: '1848.1', timestamp: '1772625600123456789' } },
  }));
  expect(await phemex.interest(btc)).toMatchObject({ amount: 1848.1, timestamp: 1_772_625_600_123 });
});

test('an exchange without it names others that have it', async () => {
  const exchange = await contracts('bitflyer', { 'BTC/JPY:JPY': 'FX_BTC_JPY' }, () => ({ body: {} }));
  await expect(exchange.interest('BTC/JPY:JPY')).rejects.toMatchObject({
    code: 'NOT_SUPPORTED',
    message: expect.stringMatching(/^bitflyer offers no open interest; .* and others do\.$/),
  });
});

describe('past values', () => {
  test('are not those of all contracts of a currency', async () => {
    const exchange = await contracts('okx', { [btc]: 'BTC-USDT-SWAP' }, () => ({ body: { code: '0', data: [] } }));
    await expect(exchange.pastInterest({ symbol: btc, timeframe: '1h', limit: 1 })).rejects.toMatchObject({
      code: 'NOT_SUPPORTED',
      message: expect.stringMatching(/^okx offers no past open interest; /),
    });
    expect(exchange.requests).toEqual([]);
  });

  test('are counted as the current one', async () => {
    const exchange = await contracts('htx', { [btc]: 'BTC-USDT' }, (_path, query) => ({
      body: {
        status: 'ok',
        data: {
          contract_code: 'BTC-USDT',
          tick: [{ volume: query.get('amount_type') === '1' ? 500 : 5, value: 325_000, ts: contractsNow }],
        },
      },
    }));
    expect(await exchange.pastInterest({ symbol: btc, timeframe: '1h', limit: 1 })).toMatchObject([
      { amount: 500, value: 325_000, timestamp: contractsNow, receivedAt: contractsNow },
    ]);
  });

  test('without a time, or without a number, are left out', async () => {
    const exchange = await contracts('bybit', { [btc]: 'BTCUSDT' }, () => ({
      body: {
        retCode: 0,
        result: {
          symbol: 'BTCUSDT',
          list: [
            { openInterest: '10', timestamp: String(contractsNow) },
            { openInterest: '-1', timestamp: String(contractsNow - 3_600_000) },
            { openInterest: '9', timestamp: '' },
          ],
        },
      },
    }));
    const rows = await exchange.pastInterest({ symbol: btc, timeframe: '1h', limit: 10 });
    expect(rows).toMatchObject([{ amount: 10, timestamp: contractsNow }]);
  });

  test('are asked for as many at once as the exchange accepts', async () => {
    const exchange = await contracts('bybit', { [btc]: 'BTCUSDT' }, (_path, query) => {
      const limit = Number(query.get('limit') ?? 50);
      if (limit > 200) return { body: { retCode: 10001, retMsg: 'params error: limit invalid', result: {} } };
      const newest = Math.min(Number(query.get('endTime') ?? contractsNow), contractsNow);
      const last = Math.floor(newest / 3_600_000) * 3_600_000;
      const list = Array.from({ length: limit }, (_, index) => ({
        openInterest: '10',
        timestamp: String(last - index * 3_600_000),
      }));
      return { body: { retCode: 0, retMsg: 'OK', result: { symbol: 'BTCUSDT', list } } };
    });
    expect(await exchange.pastInterest({ symbol: btc, timeframe: '1h', limit: 900 })).toHaveLength(900);
    expect(exchange.requests).toHaveLength(5);
  });
});
