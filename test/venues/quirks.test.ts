import type { Exchange } from 'ccxt';
import { afterEach, expect, it } from 'vitest';
import { loadExchangeClass } from '../../src/exchange/ccxt/load-ccxt.ts';
import { createBinance } from './binance/binance.ts';
import { createCoinbase } from './coinbase/coinbase.ts';
import { createKraken } from './kraken/kraken.ts';
import { hourMs } from './market/candles.ts';
import type { Venue } from './venue.ts';

const noon = Date.UTC(2026, 2, 4, 12);
const open: Venue[] = [];

async function start(id: string, create: () => Promise<Venue>): Promise<{ venue: Venue; exchange: Exchange }> {
  const venue = await create();
  open.push(venue);
  venue.now = noon;
  const ExchangeClass = await loadExchangeClass(id, true);
  return { venue, exchange: new ExchangeClass({ ...venue.exchangeConfig, enableRateLimit: false, number: String }) };
}

async function get(url: string): Promise<unknown> {
  return (await fetch(url)).json();
}

afterEach(() => Promise.all(open.splice(0).map((venue) => venue.close())));

it('binance: one unknown symbol makes a whole batch fail, and swaps are served separately', async () => {
  const { venue, exchange } = await start('binance', createBinance);
  await exchange.loadMarkets();
  venue.delist('ETH/USDT');
  await expect(exchange.fetchTickers(['BTC/USDT', 'ETH/USDT'])).rejects.toThrow('-1121');
  await expect(exchange.fetchTicker('ETH/USDT')).rejects.toMatchObject({ name: 'BadSymbol' });
  expect(exchange.market('BTC/USDT:USDT')).toMatchObject({ type: 'swap', linear: true });
  expect(exchange.market('BTC/USD:BTC')).toMatchObject({ type: 'swap', inverse: true, contractSize: '100' });
  venue.setTicker('BTC/USD:BTC', { last: '64990.5', baseVolume: '12.50' });
  expect(await exchange.fetchTicker('BTC/USD:BTC')).toMatchObject({
    last: '64990.5',
    baseVolume: '12.50',
    bid: undefined,
  });
  const since = noon - 5 * hourMs;
  const [first] = await exchange.fetchOHLCV('BTC/USD:BTC', '1h', since, 1);
  expect(first?.[5]).toBe(venue.candle('BTC/USD:BTC', '1h', since)?.volume);
});

it('binance: at most 1000 klines, the newest without startTime, weeks from Monday', async () => {
  const { venue } = await start('binance', createBinance);
  const rows = await get(`${venue.url}/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=5000`);
  expect(rows).toHaveLength(1000);
  expect(rows).toHaveProperty('999.0', noon);
  expect(await get(`${venue.url}/api/v3/klines?symbol=BTCUSDT&interval=1w&limit=1`)).toHaveProperty(
    '0.0',
    Date.UTC(2026, 2, 2),
  );
  expect(await get(`${venue.url}/api/v3/klines?symbol=BTCUSDT&interval=1M&limit=1`)).toHaveProperty(
    '0.0',
    Date.UTC(2026, 2),
  );
});

it('kraken: only the newest 720 candles, no ticker time, unknown pairs make the batch fail with HTTP 200', async () => {
  const { venue, exchange } = await start('kraken', createKraken);
  const candles = await exchange.fetchOHLCV('BTC/USD', '1h', 0, 2000);
  expect(candles).toHaveLength(720);
  expect(candles[0]?.[0]).toBe(noon - 719 * hourMs);
  expect(await get(`${venue.url}/0/public/OHLC?pair=XBTUSD&interval=60&since=9999999999`)).toMatchObject({
    result: { XXBTZUSD: [expect.arrayContaining([noon / 1000])], last: (noon - hourMs) / 1000 },
  });
  expect((await exchange.fetchTicker('BTC/USD')).timestamp).toBeUndefined();
  venue.delist('ETH/USD');
  await expect(exchange.fetchTickers(['BTC/USD', 'ETH/USD'])).rejects.toThrow('EQuery:Unknown asset pair');
});

it('coinbase: newest candle first, more than 350 refused, unknown products left out', async () => {
  const { venue, exchange } = await start('coinbase', createCoinbase);
  const path = '/api/v3/brokerage/market/products/BTC-USD/candles?granularity=ONE_HOUR';
  const from = (noon - 349 * hourMs) / 1000;
  const body = await get(`${venue.url}${path}&start=${from}&end=${noon / 1000}`);
  expect(body).toHaveProperty('candles.length', 350);
  expect(body).toHaveProperty('candles.0.start', String(noon / 1000));
  expect(await get(`${venue.url}${path}&start=${from - 3600}&end=${noon / 1000}`)).toMatchObject({
    error: 'INVALID_ARGUMENT',
  });
  await exchange.loadMarkets();
  venue.delist('ETH/USD');
  expect(Object.keys(await exchange.fetchTickers(['BTC/USD', 'ETH/USD']))).toEqual(['BTC/USD']);
  await expect(exchange.fetchTicker('ETH/USD')).rejects.toThrow('NOT_FOUND');
  expect(exchange.market('BTC/USDC:USDC')).toMatchObject({ id: 'BTC-PERP-INTX', type: 'swap', linear: true });
});
