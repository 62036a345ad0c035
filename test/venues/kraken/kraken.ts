import { toOrderBook } from '../market/book.ts';
import { newestCandles } from '../market/candles.ts';
import type { VenueModel, VenueTicker } from '../market/model.ts';
import type { Reply } from '../replies.ts';
import { createVenue, type ExchangeConfig, type Route, type Venue, type VenueRequest } from '../venue.ts';
import { toKrakenInterval } from './intervals.ts';
import { type KrakenMarket, krakenMarkets, toAssetPair, toAssets } from './markets.ts';
import { krakenStreams } from './streams.ts';

type Query = VenueRequest['query'];
type MarketAnswer = (market: KrakenMarket, query: Query, model: VenueModel) => Reply;

const maxCandles = 720;
const unknownPair = fail('EQuery:Unknown asset pair');
const invalidArguments = fail('EGeneral:Invalid arguments');

/**
 * A stand-in for Kraken's public REST API and streams. REST errors are HTTP 200 with a list of codes, tickers have no
 * time, and `OHLC` serves only the newest 720 candles, whatever `since` is.
 */
export function createKraken(): Promise<Venue> {
  const at = (name: string, answer: Route['answer']): Route => ({ path: new RegExp(`/0/public/${name}`), answer });
  const routes = [
    at('Time', (_, model) => {
      const rfc1123 = new Date(model.now).toUTCString().replace('GMT', '+0000');
      return succeed({ unixtime: Math.floor(model.now / 1000), rfc1123 });
    }),
    at('SystemStatus', (_, model) => succeed({ status: 'online', timestamp: toIso(model.now) })),
    at('Assets', () => succeed(toAssets())),
    at('AssetPairs', (_, model) => succeed(toEntries(listed(model), toAssetPair))),
    at('Ticker', answerTickers),
    at('OHLC', answerMarket(answerCandles)),
    at('Depth', answerMarket(answerDepth)),
    at('Trades', answerMarket(answerTrades)),
  ];
  return createVenue({ markets: krakenMarkets, routes, refuse, exchangeConfig, streams: krakenStreams });
}

function listed(model: VenueModel): readonly KrakenMarket[] {
  const symbols = new Set(model.markets.map((market) => market.symbol));
  return krakenMarkets.filter((market) => symbols.has(market.symbol));
}

// A pair can be requested by its id, its altname or its wsname; the answer always uses its id.
function findMarket(model: VenueModel, name: string): KrakenMarket | undefined {
  return listed(model).find(({ id, altname, wsname }) => name === id || name === altname || name === wsname);
}

function answerMarket(answer: MarketAnswer): Route['answer'] {
  return (query, model) => {
    if (query.pair === undefined) return invalidArguments;
    const market = findMarket(model, query.pair);
    return market === undefined ? unknownPair : answer(market, query, model);
  };
}

function answerTickers(query: Query, model: VenueModel): Reply {
  const asked = query.pair === undefined ? listed(model) : query.pair.split(',').map((name) => findMarket(model, name));
  const entries: [string, unknown][] = [];
  for (const market of asked) {
    if (market === undefined) return unknownPair;
    const ticker = model.ticker(market.symbol);
    if (ticker !== null) entries.push([market.id, toTickerInfo(ticker)]);
  }
  return entries.length === 0 ? unknownPair : succeed(Object.fromEntries(entries));
}

// Pairs of numbers are for today and the last 24 hours. Today is assumed to be half of them.
function toTickerInfo(ticker: VenueTicker): unknown {
  const { baseVolume, vwap, high, low } = ticker;
  return {
    a: toBest(ticker.ask, ticker.askVolume),
    b: toBest(ticker.bid, ticker.bidVolume),
    c: [ticker.last, '0.00067643'],
    v: ['617.28390000', baseVolume],
    p: [vwap, vwap],
    t: [16_000, 32_000],
    l: [low, low],
    h: [high, high],
    o: ticker.open,
  };
}

function toBest(price: string | null, amount: string | null): readonly string[] {
  if (price === null) return ['0.00000', '0', '0.000'];
  return [price, String(Math.floor(Number(amount ?? 0))), amount ?? '0.000'];
}

/** Candles after `since` (epoch s, exclusive) among the newest 720; the forming one is always included. */
function answerCandles(market: KrakenMarket, query: Query, model: VenueModel): Reply {
  const interval = toKrakenInterval(Number(query.interval ?? 1));
  if (interval === null) return invalidArguments;
  const newest = newestCandles(model, market, interval, { to: model.now, limit: maxCandles });
  const since = Number(query.since ?? 0) * 1000;
  const rows = newest
    .filter((candle, index) => candle.timestamp > since || index === newest.length - 1)
    .map(({ timestamp, open, high, low, close, volume, trades }) => {
      return [timestamp / 1000, open, high, low, close, close, volume, trades];
    });
  return succeed({ [market.id]: rows, last: (newest.at(-2)?.timestamp ?? 0) / 1000 });
}

function answerDepth(market: KrakenMarket, query: Query, model: VenueModel): Reply {
  const ticker = model.ticker(market.symbol);
  if (ticker === null) return unknownPair;
  const { asks, bids } = toOrderBook(market, ticker, Math.min(Number(query.count ?? 100), 500));
  const seconds = Math.floor(ticker.timestamp / 1000);
  const withTime = ([price, amount]: (typeof asks)[number]): unknown => [price, amount, seconds];
  return succeed({ [market.id]: { asks: asks.map(withTime), bids: bids.map(withTime) } });
}

function answerTrades(market: KrakenMarket, query: Query, model: VenueModel): Reply {
  const ticker = model.ticker(market.symbol);
  if (ticker === null) return unknownPair;
  const count = Math.min(Number(query.count ?? 1000), 1000);
  const since = toInstant(query.since ?? '0');
  const trades = model.trades(market.symbol).filter(({ timestamp }) => timestamp > since);
  const chosen = query.since === undefined ? trades.slice(-count) : trades.slice(0, count);
  const rows = chosen.map(({ id, price, amount, timestamp, side }) => {
    return [price, amount, timestamp / 1000, side === 'buy' ? 'b' : 's', 'm', '', id];
  });
  return succeed({ [market.id]: rows, last: `${chosen.at(-1)?.timestamp ?? model.now}000000` });
}

// `since` of Trades is in seconds, or in nanoseconds like `last`.
function toInstant(since: string): number {
  return since.length > 15 ? Number(since) / 1e6 : Number(since) * 1000;
}

function toEntries(
  markets: readonly KrakenMarket[],
  toEntry: (market: KrakenMarket) => unknown,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(markets.map((market) => [market.id, toEntry(market)]));
}

function toIso(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}

function succeed(result: unknown): Reply {
  return { body: { error: [], result } };
}

function fail(error: string): Reply {
  return { body: { error: [error] } };
}

// Kraken itself answers 200; other statuses come from the proxy in front of it.
function refuse(status: number): Reply {
  if (status === 404) return { ...fail('EGeneral:Unknown method'), status };
  return { status, body: `<!DOCTYPE html>\n<html><head><title>${status}</title></head><body></body></html>\n` };
}

function exchangeConfig(url: string): ExchangeConfig {
  const socket = url.replace('http', 'ws');
  // As at the exchange, the URLs of version 2 end in v2: ccxt uses that for its pings.
  const streams = {
    public: '',
    private: '/auth',
    publicV2: '/v2',
    privateV2: '/auth/v2',
    beta: '/beta',
    'beta-private': '/beta/auth',
  };
  const ws = Object.fromEntries(Object.entries(streams).map(([name, path]) => [name, `${socket}${path}`]));
  return { urls: { api: { public: url, private: url, zendesk: `${url}/zendesk`, ws } } };
}
