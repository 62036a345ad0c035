import type { Exchange } from 'ccxt';
import { expect, test } from 'vitest';
import { createCatalogue, readCatalogue } from '../../../src/exchange/ccxt/catalogue.ts';
import { loadExchangeClass } from '../../../src/exchange/ccxt/load-ccxt.ts';
import { allMarketParams } from '../../../src/exchange/quirks/all-market-quirks.ts';
import { tuneStreams } from '../../../src/exchange/quirks/stream-quirks.ts';
import { RefusedDepths } from '../../../src/exchange/streams/book-depth.ts';
import { type JointOutcome, registerTogether, registrationOf } from '../../../src/exchange/streams/registration.ts';
import { StreamSubscription } from '../../../src/exchange/streams/subscription.ts';
import { candleWatch } from '../../../src/exchange/streams/watches/candles.ts';
import type { StreamKind } from '../../../src/market/ports/market-streams.ts';
import { toCcxtMarket } from '../../support/exchange/ccxt-market.ts';
import { eventually } from '../../support/socket-client.ts';

const contract = { contract: true, linear: true, inverse: false, contractSize: 1, settle: 'USDT', settleId: 'USDT' };
const bases = ['AAA', 'BBB', 'CCC'];
const spot = bases.map((base) => ({
  ...{ base, quote: 'USDT', baseId: base, quoteId: 'USDT', active: true, info: {} },
  ...{ type: 'spot', spot: true, symbol: `${base}/USDT`, id: `${base}USDT`, lowercaseId: `${base}usdt` },
}));
const markets = [
  ...spot,
  ...spot.map((market) => ({
    ...{ ...market, ...contract, type: 'swap', spot: false, swap: true },
    ...{ symbol: `${market.symbol}:USDT`, id: `${market.id}SWAP` },
  })),
].map((fields) => toCcxtMarket(fields));

/** An instance whose requests go nowhere. */
async function open(id: string): Promise<{ readonly exchange: Exchange; readonly sent: unknown[] }> {
  const ExchangeClass = await loadExchangeClass(id, true);
  const exchange = new ExchangeClass({ newUpdates: true, enableRateLimit: false });
  exchange.setMarkets(markets);
  exchange.options.ws = {};
  tuneStreams(exchange);
  const sent: unknown[] = [];
  // What some exchanges are asked for before they are dialled.
  const instanceServers = [{ endpoint: 'wss://127.0.0.1:1', pingInterval: 1000 }];
  const fetch = async (): Promise<unknown> => ({ code: '200000', data: { token: 'token', instanceServers } });
  const client = exchange.client.bind(exchange);
  Object.assign(exchange, {
    fetch,
    fetch2: fetch,
    client: (url: string) =>
      Object.assign(client(url), {
        connect: async () => url,
        send: async (message: unknown) => {
          sent.push(message);
        },
      }),
  });
  return { exchange, sent };
}

/** How three markets of a kind are requested together. Null if ccxt has no call for that. */
async function join(id: string, kind: StreamKind, isSpot: boolean, maxBytes = 4000): Promise<JointOutcome | null> {
  const { exchange, sent } = await open(id);
  const listener = { onMessage: () => {}, onInterrupted: () => {} };
  const all = bases.map((base) => {
    const symbol = isSpot ? `${base}/USDT` : `${base}/USDT:USDT`;
    const request = { exchange: id, kind, symbol, timeframe: '1m', depth: () => 20 };
    return new StreamSubscription<StreamKind>(request, listener, Date.now, new RefusedDepths(Date.now));
  });
  const [first] = all;
  if (!first || first.groupOver(exchange) === null) return null;
  const found = await Promise.all(
    all.map((subscription) => registrationOf(exchange, (copy) => subscription.request(copy, exchange))),
  );
  expect(sent).toEqual([]);
  const registrations = found.flatMap((each) => each ?? []);
  if (registrations.length < all.length) return 'failed';
  const channels = all.map(({ channel }) => channel);
  const watch = (copy: Exchange): Promise<unknown> => first.requestAll(copy, exchange, channels);
  const { outcome } = await registerTogether(exchange, watch, registrations, maxBytes);
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect([id, kind, sent.length]).toEqual([id, kind, outcome === 'registered' ? 1 : 0]);
  if (outcome !== 'registered') return outcome;
  // Each market's own call finds its subscription in place.
  for (const subscription of all) subscription.request(exchange, exchange).catch(() => {});
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect([id, kind, sent.length]).toEqual([id, kind, 1]);
  return outcome;
}

const kinds = ['ticker', 'orderBook', 'trades', 'candles'] as const;

test('every class of ccxt either sends one message, after which each market sends none, or nothing at all', {
  timeout: 120_000,
}, async () => {
  const alone: string[] = [];
  let together = 0;
  for (const { id, simulated, streaming } of createCatalogue(readCatalogue(), null).exchanges) {
    if (simulated || !streaming) continue;
    for (const kind of kinds) {
      const outcomes = [await join(id, kind, true), await join(id, kind, false)];
      if (outcomes.includes('registered')) together += 1;
      else if (outcomes.some((outcome) => outcome !== null)) alone.push(`${id} ${kind}`);
    }
  }
  expect(together).toBeGreaterThan(95);
  expect(alone).toMatchInlineSnapshot(`
    [
      "bitvavo ticker",
      "bitvavo candles",
      "cex ticker",
      "coinbase ticker",
      "coinbaseexchange ticker",
      "coinbaseexchange orderBook",
      "coinbaseexchange trades",
      "coinbaseinternational ticker",
      "coinbaseinternational orderBook",
      "coinbaseinternational trades",
      "gemini orderBook",
      "gemini trades",
      "hyperliquid ticker",
      "mexc ticker",
      "modetrade ticker",
      "nado ticker",
      "nado orderBook",
      "nado trades",
      "nado candles",
      "onetrading ticker",
      "pacifica ticker",
      "phemex ticker",
      "poloniex ticker",
      "whitebit ticker",
      "woo ticker",
      "woofipro ticker",
      "xt ticker",
    ]
  `);
});

test('candles of OKX are requested together, and unsubscribed under the name that its class knows', async () => {
  expect(await join('okx', 'candles', true)).toBe('registered');
  const { exchange, sent } = await open('okx');
  const request = { exchange: 'okx', kind: 'candles', symbol: 'AAA/USDT', timeframe: '1m' } as const;
  candleWatch.next(exchange, request, Date.now).catch(() => {});
  candleWatch.unwatch(exchange, request)?.catch(() => {});
  await eventually(() => sent.length === 2);
  const [client] = Object.values(exchange.clients);
  const names = Object.keys(client?.subscriptions ?? {});
  expect(names).toEqual(['multi:candle1m:AAA/USDT', 'unsubscribe:multi:candle1m:AAA/USDT']);
  const arg = { channel: 'candle1m', instId: 'AAAUSDT' };
  exchange.handleMessage(client, { event: 'unsubscribe', arg });
  expect(Object.keys(client?.subscriptions ?? {})).toEqual([]);
});

test('a message that is too long is not sent', async () => {
  expect(await join('binance', 'ticker', true, 60)).toBe('tooLong');
  expect(await join('binance', 'ticker', true)).toBe('registered');
});

test('other data than a single market has is not streamed to several', async () => {
  // Coinbase's ticker_batch comes every five seconds only, and KuCoin's ticker lacks the day's figures of its snapshot.
  expect(await join('coinbase', 'ticker', true)).toBe('unsuitable');
  expect(await join('kucoin', 'ticker', true)).toBe('unsuitable');
});

const day = { symbol: 'AAAUSDT', open: 1, close: 2, high: 3, low: 0.5, volume: 10, amount: 15, count: 4 };
const spotDay = { s: 'AAAUSDT', t: 1, cv: '1', cr: '0.1', o: '1', c: '2', h: '3', l: '0.5', q: '10', v: '15' };
const swapDay = { s: 'AAAUSDTSWAP', t: 1, o: '1', c: '2', h: '3', l: '0.5', a: '10', v: '15', ch: '0.1' };
const orderly = { symbol: 'AAA/USDT', one: { topic: 'AAAUSDT@ticker', ts: 1, data: day } };
const orderlyAll = { topic: 'tickers', ts: 1, data: [day] };
const toXt = (data: { readonly s: string }) => ({ topic: 'ticker', event: `ticker@${data.s}`, data });
const toXtAll = (data: unknown) => ({ topic: 'tickers', event: 'tickers', data: [data] });

test.each([
  { id: 'woo', ...orderly, all: orderlyAll },
  { id: 'woofipro', ...orderly, all: orderlyAll },
  { id: 'modetrade', ...orderly, all: orderlyAll },
  { id: 'xt', symbol: 'AAA/USDT', one: toXt(spotDay), all: toXtAll(spotDay) },
  { id: 'xt', symbol: 'AAA/USDT:USDT', one: toXt(swapDay), all: toXtAll(swapDay) },
])('the channel of all markets of $id has the ticker of $symbol as its own channel has it', async (sample) => {
  const { exchange } = await open(sample.id);
  const params = allMarketParams(sample.id, exchange.market(sample.symbol).type) ?? {};
  const all = await registrationOf(exchange, (copy) => copy.watchTickers(undefined, params));
  const own = await registrationOf(exchange, (copy) => copy.watchTicker(sample.symbol));
  expect(all?.url).toBe(own?.url);
  expect(all?.subscribeHash).not.toBe(own?.subscribeHash);
  const single = exchange.watchTicker(sample.symbol);
  const joint = exchange.watchTickers(undefined, params);
  exchange.handleMessage(exchange.client(own?.url), sample.one);
  const expected = await single;
  exchange.handleMessage(exchange.client(own?.url), sample.all);
  await joint;
  expect(exchange.tickers[sample.symbol]).not.toBe(expected);
  expect({ ...exchange.tickers[sample.symbol], info: null }).toEqual({ ...expected, info: null });
});
