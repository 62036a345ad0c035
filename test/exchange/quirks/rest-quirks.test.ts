import { describe, expect, it, onTestFinished } from 'vitest';
import { fetchTickers } from '../../../src/exchange/fetch/tickers/tickers.ts';
import { batchPaysFrom, candleHistory } from '../../../src/exchange/quirks/rest-quirks.ts';
import { connect, loadMarkets, type VenueClient } from '../../support/exchange/venue-client.ts';

/** Binance's request weights; ccxt counts a fifth of each. */
const perWeight = 0.2;

async function start(id: 'binance' | 'kraken'): Promise<VenueClient> {
  const connection = await connect(id);
  onTestFinished(connection.close);
  await loadMarkets(connection);
  return connection;
}

/** Each cost that the instance was asked for, with ccxt's arguments. */
function recordCosts({
  client: { ccxt },
}: VenueClient): { readonly args: readonly unknown[]; readonly cost: number }[] {
  const costs: { args: readonly unknown[]; cost: number }[] = [];
  const original = ccxt.calculateRateLimiterCost.bind(ccxt);
  ccxt.calculateRateLimiterCost = (...args) => {
    const cost = original(...args);
    costs.push({ args, cost });
    return cost;
  };
  // The cost is computed only with the throttle on; its wait is not the subject.
  Object.assign(ccxt, { enableRateLimit: true, throttle: () => Promise.resolve() });
  return costs;
}

describe("what Binance's spot tickers cost in ccxt's throttle", () => {
  it('ten symbols cost a weight of 2, one symbol what ccxt says', async () => {
    const connection = await start('binance');
    const costs = recordCosts(connection);
    const symbols = connection.venue.markets
      .filter(({ symbol }) => !symbol.includes(':'))
      .slice(0, 10)
      .map(({ symbol }) => symbol);
    await connection.data.fetchTickers('binance', symbols);
    expect(costs.map(({ cost }) => cost)).toEqual([2 * perWeight]);
    await connection.data.fetchTickers('binance', ['BTC/USDT']);
    expect(costs.map(({ cost }) => cost)).toEqual([2 * perWeight, 2 * perWeight]);
  });

  it.each([
    { count: 1, weight: 2 },
    { count: 20, weight: 2 },
    { count: 21, weight: 40 },
    { count: 100, weight: 40 },
    { count: 101, weight: 80 },
  ])('$count symbols weigh $weight', async ({ count, weight }) => {
    const { client } = await start('binance');
    const symbols = JSON.stringify(Array.from({ length: count }, (_, index) => `A${index}USDT`));
    const cost = client.ccxt.calculateRateLimiterCost(
      'public',
      'GET',
      'ticker/24hr',
      { symbols },
      { cost: 0.4, noSymbol: 16 },
    );
    expect(cost).toBeCloseTo(weight * perWeight, 10);
  });

  it('all symbols, and all contracts, cost what ccxt says', async () => {
    const connection = await start('binance');
    const costs = recordCosts(connection);
    await connection.client.ccxt.fetchTickers();
    await connection.client.ccxt.fetchTickers(['BTC/USDT:USDT', 'ETH/USDT:USDT']);
    await connection.client.ccxt.fetchOHLCV('BTC/USDT', '1h', undefined, 5);
    expect(costs.map(({ cost }) => cost)).toEqual([80 * perWeight, 40, 2 * perWeight]);
  });
});

it('the costs of other exchanges are unchanged', async () => {
  const { client } = await start('kraken');
  expect(Object.hasOwn(client.ccxt, 'calculateRateLimiterCost')).toBe(false);
});

it('a batch pays from 40 symbols for Binance contracts, from 2 for all others', async () => {
  const { client } = await start('binance');
  const [spot, swap] = [client.ccxt.market('BTC/USDT'), client.ccxt.market('BTC/USDT:USDT')];
  expect(batchPaysFrom('binance', spot)).toBe(2);
  expect(batchPaysFrom('binance', swap)).toBe(40);
  expect(batchPaysFrom('binanceusdm', swap)).toBe(40);
  expect(batchPaysFrom('binanceus', spot)).toBe(40);
  expect(batchPaysFrom('kraken', spot)).toBe(2);
  expect(batchPaysFrom('okx', swap)).toBe(2);
});

it('forty swaps of Binance take one call, thirty-nine take thirty-nine', async () => {
  const { venue, client, data } = await start('binance');
  const swap = client.ccxt.market('BTC/USDT:USDT');
  const many = Array.from({ length: 40 }, (_, index) => `X${index}/USDT:USDT`);
  const markets = [
    ...Object.values(client.ccxt.markets ?? {}),
    ...many.map((symbol, index) => ({ ...swap, symbol, id: `X${index}USDT` })),
  ];
  client.ccxt.setMarkets(markets);
  const known = await data.fetchMarkets('binance');
  const market = known.get('BTC/USDT:USDT');
  if (!market) throw new Error('no swap');
  // The port's markets are a Map, to which the test adds markets as a refresh would.
  const added = new Map([...known, ...many.map((symbol) => [symbol, { ...market, symbol }] as const)]);
  const widened = { ...client, markets: () => Promise.resolve(added) };
  venue.reset();
  await fetchTickers(widened, many, Date.now);
  // The stand-in leaves them out: some of them are requested alone after that.
  const [batch, ...alone] = venue.requests.map(({ path, query }) => [path, query.symbol]);
  expect(batch).toEqual(['/fapi/v1/ticker/24hr', undefined]);
  expect(alone).toHaveLength(5);
  venue.reset();
  await fetchTickers(widened, many.slice(1), Date.now);
  expect(venue.count(/\/fapi\/v1\/ticker\/24hr\?symbol=/)).toBe(39);
  expect(venue.count()).toBe(39);
});

it("the history of Kraken's candles is 720, of Hyperliquid's 5,000; other limits are unknown", () => {
  expect(candleHistory('kraken')).toBe(720);
  expect(candleHistory('hyperliquid')).toBe(5000);
  expect(candleHistory('binance')).toBe(null);
});
