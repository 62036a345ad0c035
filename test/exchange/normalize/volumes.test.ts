import { expect, it, onTestFinished } from 'vitest';
import { loadExchangeClass } from '../../../src/exchange/ccxt/load-ccxt.ts';
import { toTicker } from '../../../src/exchange/normalize/ticker.ts';
import { correctVolumes } from '../../../src/exchange/normalize/volumes.ts';
import { toCcxtMarket } from '../../support/exchange/ccxt-market.ts';
import { openSmallVenue } from '../../support/exchange/small-venue.ts';
import { okxConfig, okxRoutes } from '../../venues/others/small-okx.ts';

const now = Date.UTC(2026, 2, 4, 12);

const spot = { symbol: 'BTC/USDT', base: 'BTC', quote: 'USDT', spot: true };
const swap = { type: 'swap', swap: true, contract: true, linear: false, inverse: false };
const linear = { ...swap, symbol: 'BTC/USDT:USDT', base: 'BTC', quote: 'USDT', settle: 'USDT', linear: true };
const inverse = { ...swap, symbol: 'BTC/USD:BTC', base: 'BTC', quote: 'USD', settle: 'BTC', inverse: true };
const option = { ...inverse, symbol: 'BTC/USD:BTC-261225-90000-C', type: 'option', swap: false, option: true };

interface Case {
  readonly id: string;
  readonly of: Readonly<Record<string, unknown>>;
  readonly size?: number;
  /** The numbers that the exchange sends, in addition to prices around 50,000. */
  readonly sent: Readonly<Record<string, unknown>>;
  readonly baseVolume: number | null;
  readonly quoteVolume: number | null;
  readonly vwap: number | null;
}

const day = { low: '49000', high: '51000', last: '50000' };
const okxDay = { low24h: '49000', high24h: '51000', last: '50000' };
const bybitDay = { lowPrice24h: '49000', highPrice24h: '51000', lastPrice: '50000' };
const mexcDay = { lower24Price: '49000', high24Price: '51000', lastPrice: '50000' };
const htxDay = { low: '49000', high: '51000', close: '50000' };
const right = { baseVolume: 20, quoteVolume: 1_000_000, vwap: 50_000 };

// 20 BTC or a million USD were traded, in the exchanges' own formats as their files in ccxt show them.
const cases: readonly Case[] = [
  { id: 'okx', of: inverse, size: 100, sent: { ...okxDay, vol24h: '10000', volCcy24h: '20' }, ...right },
  {
    ...{ id: 'okx', of: linear, size: 0.01, sent: { ...okxDay, vol24h: '2000', volCcy24h: '20' } },
    ...{ baseVolume: 20, quoteVolume: null, vwap: null },
  },
  { id: 'okx', of: spot, sent: { ...okxDay, vol24h: '20', volCcy24h: '1000000' }, ...right },
  { id: 'bybit', of: inverse, size: 1, sent: { ...bybitDay, volume24h: '1000000', turnover24h: '20' }, ...right },
  { id: 'bybit', of: linear, size: 1, sent: { ...bybitDay, volume24h: '20', turnover24h: '1000000' }, ...right },
  { id: 'mexc', of: linear, size: 0.0001, sent: { ...mexcDay, volume24: 200_000, amount24: 1_000_000 }, ...right },
  { id: 'mexc', of: inverse, size: 100, sent: { ...mexcDay, volume24: 10_000, amount24: 20 }, ...right },
  { id: 'htx', of: inverse, size: 100, sent: { ...htxDay, amount: 20, vol: 10_000 }, ...right },
  {
    ...{ id: 'htx', of: linear, size: 0.001, sent: { ...htxDay, amount: 20, vol: 20_000 } },
    ...{ baseVolume: 20, quoteVolume: null, vwap: null },
  },
  // These cannot be identified, so they stay unchanged.
  { id: 'bybit', of: inverse, size: 10, sent: { ...bybitDay, volume24h: '1000000', turnover24h: '20' }, ...right },
  {
    id: 'bybit',
    of: linear,
    size: 1,
    sent: { ...bybitDay, volume24h: '20', turnover24h: '7' },
    baseVolume: 20,
    quoteVolume: 7,
    vwap: 0.35,
  },
  // A coin that costs about 1, and volumes of another day than its prices.
  {
    id: 'bybit',
    of: linear,
    size: 1,
    sent: { lowPrice24h: '1.3', highPrice24h: '1.4', lastPrice: '1.35', volume24h: '1000', turnover24h: '1050' },
    baseVolume: 1000,
    quoteVolume: 1050,
    vwap: 1.05,
  },
  {
    id: 'bybit',
    of: inverse,
    size: 1,
    sent: { ...bybitDay, volume24h: '1000000' },
    baseVolume: 1_000_000,
    quoteVolume: null,
    vwap: null,
  },
  {
    id: 'bybit',
    of: inverse,
    size: 1,
    sent: { volume24h: '1000000', turnover24h: '20', bid1Price: '5' },
    baseVolume: 1_000_000,
    quoteVolume: 20,
    vwap: 0.00002,
  },
  {
    id: 'bybit',
    of: inverse,
    size: 1,
    sent: { ...bybitDay, volume24h: '0', turnover24h: '0' },
    baseVolume: 0,
    quoteVolume: 0,
    vwap: null,
  },
  // The price of an option says nothing about the traded volume.
  {
    id: 'bybit',
    of: option,
    size: 1,
    sent: { ...bybitDay, volume24h: '1000000', turnover24h: '20' },
    baseVolume: 1_000_000,
    quoteVolume: 20,
    vwap: 0.00002,
  },
  {
    id: 'mexc',
    of: spot,
    sent: { symbol: 'X', ...toSpotDay(), volume: '1000000', quoteVolume: '20' },
    baseVolume: 1_000_000,
    quoteVolume: 20,
    vwap: 0.00002,
  },
];

function toSpotDay() {
  return { lowPrice: day.low, highPrice: day.high, lastPrice: day.last };
}

it.each(cases)('volumes of $of.symbol on $id: $sent', async ({ id, of, size, sent, baseVolume, quoteVolume, vwap }) => {
  const ExchangeClass = await loadExchangeClass(id, false);
  const exchange = new ExchangeClass({});
  const market = toCcxtMarket({ ...of, id: 'X', contractSize: size });
  exchange.setMarkets([market]);
  correctVolumes(exchange);
  const ticker = toTicker(id, market.symbol, exchange.parseTicker({ ...sent }, market), now);
  expect(ticker).toMatchObject({ baseVolume, quoteVolume, vwap });
});

it("the exchange's own mean price is kept, whatever the unit of its volumes", async () => {
  const ExchangeClass = await loadExchangeClass('okx', false);
  const exchange = new ExchangeClass({});
  exchange.setMarkets([toCcxtMarket({ ...inverse, id: 'X', contractSize: 100 })]);
  correctVolumes(exchange);
  const ticker = exchange.safeTicker({
    ...{ symbol: 'BTC/USD:BTC', last: '50000', baseVolume: '10000', vwap: '50100', info: { volCcy24h: '20' } },
  });
  expect(ticker).toMatchObject({ baseVolume: 20, quoteVolume: 1_000_000, vwap: 50_100 });
});

it('over HTTP, the volumes of an inverse contract are in base and quote currency', async () => {
  const ticker = () => ({ ...okxDay, open24h: '50000', vol24h: '10000', volCcy24h: '20' });
  const connection = await openSmallVenue({ id: 'okx', routes: okxRoutes({ ticker }), exchangeConfig: okxConfig });
  onTestFinished(connection.close);
  const tickers = await connection.data.fetchTickers('okx', ['BTC/USD:BTC']);
  expect(tickers.get('BTC/USD:BTC')).toMatchObject({ last: 50_000, ...right });
});
