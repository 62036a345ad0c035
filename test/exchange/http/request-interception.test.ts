import { expect, it } from 'vitest';
import { toMarketDataError } from '../../../src/exchange/access/errors.ts';
import type { LoadingCall } from '../../../src/exchange/access/loading-call.ts';
import { loadExchangeClass } from '../../../src/exchange/ccxt/load-ccxt.ts';
import { type Interceptor, RequestInterception } from '../../../src/exchange/http/request-interception.ts';
import { interceptMarketLists, MarketListLoad } from '../../../src/exchange/markets/market-list-load.ts';

async function tap(id = 'binance') {
  const Class = await loadExchangeClass(id, true);
  const exchange = new Class({ enableRateLimit: false });
  const urls: string[] = [];
  exchange.fetch = async (url: string) => {
    urls.push(url);
    return {};
  };
  const seen: string[] = [];
  const run =
    (name: string): Interceptor =>
    (request, send) => {
      seen.push(`${name} ${request.host} ${request.name}`);
      return send(() => {});
    };
  return { exchange, urls, seen, run, requests: new RequestInterception(exchange) };
}

it('distinguishes calls that run at the same time, by all names that ccxt gives its endpoints', async () => {
  const { requests, run, seen } = await tap();
  const [one, two] = [requests.through(run('one')), requests.through(run('two'))];
  await Promise.all([one.publicGetDepth({ symbol: 'A' }), two.fapiPublic_get_depth({ symbol: 'B' })]);
  await two.fapiPublicGetDepth({ symbol: 'C' });
  expect(seen).toEqual([
    'one api.binance.com public depth {"symbol":"A"}',
    'two fapi.binance.com fapiPublic depth {"symbol":"B"}',
    'two fapi.binance.com fapiPublic depth {"symbol":"C"}',
  ]);
});

it('a request that is held back is not sent, and requests of the instance itself are unaffected', async () => {
  const { exchange, requests, urls } = await tap();
  const held = requests.through((_, send) =>
    send(() => {
      throw new Error('held back');
    }),
  );
  await expect(held.publicGetDepth({ symbol: 'A' })).rejects.toThrow('held back');
  expect(urls).toEqual([]);
  await exchange.publicGetDepth({ symbol: 'A' });
  expect(urls).toEqual(['https://api.binance.com/api/v3/depth?symbol=A']);
});

it('requests of the instance go through the interceptor during an operation, and only then', async () => {
  const { exchange, requests, run, seen } = await tap();
  await requests.during(run('load'), () => exchange.publicGetExchangeInfo());
  await exchange.publicGetExchangeInfo();
  expect(seen).toEqual(['load api.binance.com public exchangeInfo {}']);
});

it('state that a method sets on its instance is shared by all calls', async () => {
  const { exchange, requests, run } = await tap();
  const call = requests.through(run('call'));
  call.options.known = true;
  expect(exchange.options.known).toBe(true);
  expect(call.markets).toBe(exchange.markets);
  expect(call instanceof Object.getPrototypeOf(exchange).constructor).toBe(true);
});

it('requests of a call for lists of markets belong to the call, even while markets are loaded', async () => {
  const { exchange, requests, run, seen } = await tap('hyperliquid');
  const loading: LoadingCall = {
    during: (_, operation) => operation(),
    mayRetry: async () => false,
    toError: (thrown) => toMarketDataError(thrown, { exchange: 'hyperliquid' }),
    reasonOf: ({ message }) => message,
    reportError: () => {},
    whenLate: () => () => {},
    circuitOpenMs: () => 0,
  };
  const listing = new MarketListLoad(exchange, loading, false);
  interceptMarketLists(exchange, () => listing);
  const refused = requests.through(() => Promise.reject(new Error('refused')));
  await expect(refused.fetchSpotMarkets()).rejects.toThrow('refused');
  expect(listing.failed).toEqual([]);
  await requests
    .through(run('tickers'))
    .fetchSpotMarkets()
    .catch(() => {});
  expect(seen).toEqual(['tickers api.hyperliquid.xyz public info {"type":"spotMetaAndAssetCtxs"}']);
});
