import { toOrderBook, type VenueTrade } from '../market/book.ts';
import { firstCandles, newestCandles } from '../market/candles.ts';
import type { VenueMarket, VenueModel, VenueTicker } from '../market/model.ts';
import type { Reply } from '../replies.ts';
import { createVenue, type ExchangeConfig, type Route, type Venue, type VenueRequest } from '../venue.ts';
import { toInterestHistory, toOpenInterest, toPayments, toPremiumIndex } from './contracts.ts';
import { toExchangeInfo } from './info.ts';
import { type BinanceKind, binanceMarkets, kindOf } from './markets.ts';
import {
  toAggregateTrade,
  toBookTicker,
  toDayTicker,
  toInterval,
  toKline,
  toPlainTrade,
  toPriceTicker,
} from './shapes.ts';
import { binanceStreams } from './streams.ts';

type Query = VenueRequest['query'];
type ToTicker = (kind: BinanceKind, market: VenueMarket, ticker: VenueTicker) => unknown;
type MarketAnswer = (market: VenueMarket, query: Query, model: VenueModel) => Reply;

const unknownSymbol = reject(400, -1121, 'Invalid symbol.');

/**
 * A stand-in for Binance: spot (`/api/v3`), USD-margined (`/fapi/v1`) and coin-margined futures (`/dapi/v1`), only
 * public endpoints and their streams. One unknown symbol makes a whole spot batch fail with HTTP 400, code -1121, as at
 * the exchange.
 */
export function createBinance(markets: readonly VenueMarket[] = binanceMarkets): Promise<Venue> {
  const routes: readonly Route[] = [
    ...toRoutes('/api/v3', 'spot'),
    ...toRoutes('/fapi/v1', 'linear'),
    ...toRoutes('/dapi/v1', 'inverse'),
    { path: /\/fapi\/v2\/ticker\/price/, answer: answerTickers('linear', toPriceTicker) },
    ...(['linear', 'inverse'] as const).flatMap(toContractRoutes),
    { path: /\/futures\/data\/openInterestHist/, answer: answerInterestHistory },
    { path: /\/sapi\/v1\/system\/status/, answer: () => ({ body: { status: 0, msg: 'normal' } }) },
  ];
  return createVenue({ markets, routes, refuse, exchangeConfig, streams: binanceStreams });
}

function toRoutes(prefix: string, kind: BinanceKind): readonly Route[] {
  const at = (path: string, answer: Route['answer']): Route => ({ path: new RegExp(`${prefix}/${path}`), answer });
  return [
    at('ping', () => ({ body: {} })),
    at('time', (_, model) => ({ body: { serverTime: model.now } })),
    at('exchangeInfo', (_, model) => ({ body: toExchangeInfo(kind, listed(model, kind), model.now) })),
    at('ticker/24hr', answerTickers(kind, toDayTicker)),
    at('ticker/bookTicker', answerTickers(kind, toBookTicker)),
    at('ticker/price', answerTickers(kind, toPriceTicker)),
    at('klines', answerMarket(kind, answerKlines(kind))),
    at('depth', answerMarket(kind, answerDepth(kind))),
    at('aggTrades', answerMarket(kind, answerTrades(toAggregateTrade))),
    at('trades', answerMarket(kind, answerTrades(toPlainTrade))),
  ];
}

function toContractRoutes(kind: 'linear' | 'inverse'): readonly Route[] {
  const prefix = kind === 'linear' ? '/fapi/v1' : '/dapi/v1';
  const at = (path: string, answer: Route['answer']): Route => ({ path: new RegExp(`${prefix}/${path}`), answer });
  return [
    at('premiumIndex', answerTickers(kind, toPremiumIndex)),
    at('fundingInfo', () => ({ body: [] })),
    at(
      'fundingRate',
      answerMarket(kind, (market, query, { now }) => ({ body: toPayments(market, query, now) })),
    ),
    at(
      'openInterest',
      answerMarket(kind, (market, _query, { now }) => ({ body: toOpenInterest(market, now) })),
    ),
  ];
}

function answerInterestHistory(query: Query, model: VenueModel): Reply {
  const rows = toInterestHistory(query, model);
  return rows ? { body: rows } : reject(400, -1130, "Parameter 'startTime' is invalid.");
}

function listed(model: VenueModel, kind: BinanceKind): readonly VenueMarket[] {
  return model.markets.filter((market) => kindOf(market.symbol) === kind);
}

function answerMarket(kind: BinanceKind, answer: MarketAnswer): Route['answer'] {
  return (query, model) => {
    if (query.symbol === undefined) {
      return reject(400, -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.");
    }
    const market = listed(model, kind).find((candidate) => candidate.id === query.symbol);
    return market === undefined ? unknownSymbol : answer(market, query, model);
  };
}

// `symbol` answers one object (coin-margined futures: a list with one), `symbols` (spot only) or no parameter a list.
function answerTickers(kind: BinanceKind, toBody: ToTicker): Route['answer'] {
  return (query, model) => {
    const markets = listed(model, kind);
    const ids = query.symbol !== undefined ? [query.symbol] : kind === 'spot' ? parseIds(query.symbols) : null;
    if (ids?.some((id) => !markets.some((market) => market.id === id))) return unknownSymbol;
    const bodies = markets
      .filter((market) => ids === null || ids.includes(market.id))
      .flatMap((market) => {
        const ticker = model.ticker(market.symbol);
        return ticker === null ? [] : [toBody(kind, market, ticker)];
      });
    if (query.symbol === undefined) return { body: bodies };
    if (bodies.length === 0) return unknownSymbol;
    return { body: kind === 'inverse' ? bodies : bodies[0] };
  };
}

function parseIds(symbols: string | undefined): readonly unknown[] | null {
  if (symbols === undefined) return null;
  const ids: unknown = JSON.parse(symbols);
  return Array.isArray(ids) ? ids : [ids];
}

// From `startTime` on if it is given, otherwise the newest ones up to `endTime`; both bounds inclusive.
function answerKlines(kind: BinanceKind): MarketAnswer {
  return (market, query, model) => {
    const interval = toInterval(kind, query.interval);
    if (interval === null) return reject(400, -1120, 'Invalid interval.');
    const limit = toLimit(query, 500, kind === 'spot' ? 1000 : 1500);
    const to = Number(query.endTime ?? model.now);
    const candles =
      query.startTime === undefined
        ? newestCandles(model, market, interval, { to, limit })
        : firstCandles(model, market, interval, { from: Number(query.startTime), to, limit });
    return { body: candles.map((candle) => toKline(kind, candle)) };
  };
}

function answerDepth(kind: BinanceKind): MarketAnswer {
  return (market, query, model) => {
    const ticker = model.ticker(market.symbol);
    if (ticker === null) return unknownSymbol;
    const times = kind === 'spot' ? {} : { E: model.now, T: ticker.timestamp };
    return {
      body: {
        lastUpdateId: model.updateId(market.symbol),
        ...times,
        ...toOrderBook(market, ticker, toLimit(query, 100, 5000)),
      },
    };
  };
}

// The newest ones, or the first from `startTime` or `fromId` on.
function answerTrades(toTrade: (trade: VenueTrade) => unknown): MarketAnswer {
  return (market, query, model) => {
    const ticker = model.ticker(market.symbol);
    if (ticker === null) return unknownSymbol;
    const [from, to] = [Number(query.startTime ?? 0), Number(query.endTime ?? Number.POSITIVE_INFINITY)];
    const fromId = Number(query.fromId ?? 0);
    const limit = toLimit(query, 500, 1000);
    const trades = model
      .trades(market.symbol)
      .filter(({ id, timestamp }) => id >= fromId && timestamp >= from && timestamp <= to);
    const newest = query.startTime === undefined && query.fromId === undefined;
    return { body: (newest ? trades.slice(-limit) : trades.slice(0, limit)).map(toTrade) };
  };
}

function toLimit(query: Query, usual: number, most: number): number {
  return Math.min(Number(query.limit ?? usual), most);
}

function reject(status: number, code: number, msg: string): Reply {
  return { status, body: { code, msg } };
}

// 429 and 418 contain the wait in seconds; answers of the proxy in front of the exchange are HTML.
function refuse(status: number, now: number): Reply {
  switch (status) {
    case 418: {
      const banned = reject(status, -1003, `Way too much request weight used; IP banned until ${now + 120_000}.`);
      return { ...banned, headers: { 'retry-after': '120' } };
    }
    case 429: {
      const limit = 'current limit is 6000 request weight per 1 MINUTE.';
      const limited = reject(status, -1003, `Too much request weight used; ${limit}`);
      return { ...limited, headers: { 'retry-after': '30' } };
    }
    case 451:
      return reject(status, 0, 'Service unavailable from a restricted location according to the terms of use.');
    case 500:
      return reject(status, -1001, 'Internal error; unable to process your request. Please try again.');
    default:
      return { status, body: `<html>\n<head><title>${status}</title></head>\n<body></body>\n</html>\n` };
  }
}

function exchangeConfig(url: string): ExchangeConfig {
  const socket = url.replace('http', 'ws');
  const paths = {
    ...{ public: 'api/v3', private: 'api/v3', v1: 'api/v1', papi: 'papi/v1', papiV2: 'papi/v2' },
    ...{ sapi: 'sapi/v1', sapiV2: 'sapi/v2', sapiV3: 'sapi/v3', sapiV4: 'sapi/v4' },
    ...{ eapiPublic: 'eapi/v1', eapiPrivate: 'eapi/v1', fapiData: 'futures/data', dapiData: 'futures/data' },
    ...{ fapiPublic: 'fapi/v1', fapiPublicV2: 'fapi/v2', fapiPublicV3: 'fapi/v3' },
    ...{ fapiPrivate: 'fapi/v1', fapiPrivateV2: 'fapi/v2', fapiPrivateV3: 'fapi/v3' },
    ...{ dapiPublic: 'dapi/v1', dapiPrivate: 'dapi/v1', dapiPrivateV2: 'dapi/v2' },
  };
  // ccxt treats a URL that contains `/stream` as spot, which the exchange's own spot URLs do.
  const spot = ['spot', 'margin'].map((name) => [name, `${socket}/stream/${name}/ws`]);
  const streams = ['future', 'delivery', 'stock', 'option', 'optionMarket', 'optionPrivate', 'papi'];
  const toStream = (name: string): readonly [string, string] => [name, `${socket}/${name}/ws`];
  const requests = Object.fromEntries(['spot', 'future', 'delivery'].map((name) => [name, `${socket}/${name}/ws-api`]));
  const ws = { ...Object.fromEntries([...spot, ...streams.map(toStream)]), 'ws-api': requests };
  const rest = Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, `${url}/${path}`]));
  return { urls: { api: { ...rest, ws } } };
}
