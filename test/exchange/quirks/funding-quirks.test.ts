import { expect, test } from 'vitest';
import { contracts, contractsNow } from '../../support/exchange/small-contracts.ts';

const hourMs = 3_600_000;
const next = Date.UTC(2026, 2, 4, 16);

async function rateOf(id: string, symbol: string, marketId: string, body: unknown, path?: RegExp) {
  const exchange = await contracts(id, { [symbol]: marketId }, (asked) =>
    path && !path.test(asked) ? { status: 404, body: {} } : { body },
  );
  return (await exchange.rates([symbol])).get(symbol);
}

function krakenTicker(symbol: string, numbers: object) {
  return {
    result: 'success',
    tickers: [{ symbol, tag: 'perpetual', lastTime: '2026-03-04T11:00:00.000Z', ...numbers }],
  };
}

test('Kraken Futures sends absolute hourly rates: in USD per coin of a linear contract', async () => {
  const body = krakenTicker('PF_XBTUSD', {
    markPrice: 65000,
    indexPrice: 64990,
    fundingRate: 0.65,
    fundingRatePrediction: -1.3,
  });
  const rate = await rateOf('krakenfutures', 'BTC/USD:USD', 'PF_XBTUSD', body);
  expect(rate).toMatchObject({
    rate: expect.closeTo(0.00001, 12),
    nextRate: expect.closeTo(-0.00002, 12),
    intervalMs: hourMs,
    // The exchange does not say when the hour ends, nor when the answer was made.
    nextFundingTime: null,
    timestamp: null,
  });
});

test('and in coins per USD of an inverse contract', async () => {
  const body = krakenTicker('PI_XBTUSD', { markPrice: 65000, fundingRate: -2e-10, fundingRatePrediction: 4e-10 });
  const rate = await rateOf('krakenfutures', 'BTC/USD:BTC', 'PI_XBTUSD', body);
  expect(rate).toMatchObject({ rate: expect.closeTo(-0.000013, 12), nextRate: expect.closeTo(0.000026, 12) });
});

test('Bybit sends the interval with each rate', async () => {
  const ticker = { symbol: 'BTCUSDT', fundingRate: '0.0001', nextFundingTime: String(next), fundingIntervalHour: '4' };
  const body = { retCode: 0, retMsg: 'OK', result: { category: 'linear', list: [ticker] }, time: contractsNow };
  const rate = await rateOf('bybit', 'BTC/USDT:USDT', 'BTCUSDT', body);
  expect(rate).toMatchObject({ rate: 0.0001, intervalMs: 4 * hourMs, nextFundingTime: next });
});

test('OKX sends the time of its answer', async () => {
  const times = { fundingTime: String(next), nextFundingTime: String(next + 8 * hourMs), ts: String(contractsNow) };
  const body = { code: '0', data: [{ instId: 'BTC-USDT-SWAP', fundingRate: '0.0001', nextFundingRate: '', ...times }] };
  const rate = await rateOf('okx', 'BTC/USDT:USDT', 'BTC-USDT-SWAP', body);
  expect(rate).toMatchObject({
    intervalMs: 8 * hourMs,
    nextFundingTime: next,
    nextRate: null,
    timestamp: contractsNow,
  });
});

test('Deribit pays all the time: its rate is that of the last eight hours, and there is no next payment', async () => {
  const rate = await rateOf('deribit', 'BTC/USD:BTC', 'BTC-PERPETUAL', { jsonrpc: '2.0', result: 0.00012 });
  expect(rate).toMatchObject({ rate: 0.00012, intervalMs: 8 * hourMs, nextFundingTime: null, nextRate: null });
});

test('a row of Deribit is one hour, not the last eight', async () => {
  const timestamp = Date.UTC(2026, 2, 4, 12);
  const exchange = await contracts('deribit', { 'BTC/USD:BTC': 'BTC-PERPETUAL' }, () => ({
    body: { jsonrpc: '2.0', result: [{ timestamp, index_price: 65000, interest_8h: 0.00008, interest_1h: 0.00001 }] },
  }));
  expect(await exchange.payments({ symbol: 'BTC/USD:BTC', limit: 1 })).toEqual([{ timestamp, rate: 0.00001 }]);
});

test('bitFlyer puts the rate of the current interval where ccxt calls it the next one', async () => {
  const body = { current_funding_rate: -0.00375, next_funding_rate_settledate: '2026-03-04T16:00:00' };
  const rate = await rateOf('bitflyer', 'BTC/JPY:JPY', 'FX_BTC_JPY', body);
  expect(rate).toMatchObject({ rate: -0.00375, nextRate: null, nextFundingTime: next, intervalMs: null });
});

test('Pacifica: `funding` is paid already', async () => {
  const row = {
    symbol: 'BTC',
    funding: '0.0001',
    next_funding: '0.0002',
    mark: '65000',
    oracle: '64990',
    timestamp: contractsNow,
  };
  const rate = await rateOf('pacifica', 'BTC/USDC:USDC', 'BTC', { success: true, data: [row] });
  expect(rate).toMatchObject({ rate: 0.0002, nextRate: null, intervalMs: hourMs });
});

test('KuCoin: the start of another granularity is no payment', async () => {
  const data = {
    symbol: 'XBTUSDTM',
    value: 0.0001,
    granularity: 8 * hourMs,
    fundingTime: next,
    newGranularityStartTime: next - hourMs,
    timePoint: next - 8 * hourMs,
  };
  const rate = await rateOf('kucoin', 'BTC/USDT:USDT', 'XBTUSDTM', { code: '200000', data });
  expect(rate).toMatchObject({ rate: 0.0001, nextFundingTime: next, intervalMs: 8 * hourMs });
});

test('OKX: the distance of the next two payments is the interval', async () => {
  const entry = {
    instId: 'BTC-USDT-SWAP',
    fundingRate: '0.0001',
    nextFundingRate: '0.0002',
    fundingTime: String(next),
    nextFundingTime: String(next + 6 * hourMs),
  };
  const rate = await rateOf('okx', 'BTC/USDT:USDT', 'BTC-USDT-SWAP', { code: '0', data: [entry] });
  expect(rate).toMatchObject({ rate: 0.0001, nextRate: 0.0002, nextFundingTime: next, intervalMs: 6 * hourMs });
});

test('Bitget sends the interval and the next payment of all markets with one call', async () => {
  const row = (symbol: string) => ({
    symbol,
    fundingRate: '0.0001',
    fundingRateInterval: '4',
    nextUpdate: String(next),
  });
  const exchange = await contracts('bitget', { 'A/USDT:USDT': 'AUSDT', 'B/USDT:USDT': 'BUSDT' }, () => ({
    body: { code: '00000', data: [row('AUSDT'), row('BUSDT')] },
  }));
  const outcomes = await exchange.rates(['A/USDT:USDT', 'B/USDT:USDT']);
  expect(exchange.requests).toEqual(['/api/v2/mix/market/current-fund-rate?productType=USDT-FUTURES']);
  expect(outcomes.get('B/USDT:USDT')).toMatchObject({ rate: 0.0001, intervalMs: 4 * hourMs, nextFundingTime: next });
});
