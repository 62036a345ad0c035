import { toOrderBook } from '../market/book.ts';
import { dayMs, everyPeriod, firstCandles, hourMs, type Interval, minuteMs } from '../market/candles.ts';
import { add, divide, subtract } from '../market/decimal.ts';
import type { VenueMarket, VenueModel } from '../market/model.ts';
import type { Reply } from '../replies.ts';
import { createVenue, type ExchangeConfig, type Route, type Venue, type VenueRequest } from '../venue.ts';
import { coinbaseMarkets, toCryptoCurrencies, toExchangeRates, toFiatCurrencies, toProduct } from './markets.ts';

type Query = VenueRequest['query'];
type MarketAnswer = (market: VenueMarket, query: Query, model: VenueModel) => Reply;

const granularities: Readonly<Record<string, Interval>> = {
  ONE_MINUTE: { timeframe: '1m', period: everyPeriod(minuteMs) },
  FIVE_MINUTE: { timeframe: '5m', period: everyPeriod(5 * minuteMs) },
  FIFTEEN_MINUTE: { timeframe: '15m', period: everyPeriod(15 * minuteMs) },
  THIRTY_MINUTE: { timeframe: '30m', period: everyPeriod(30 * minuteMs) },
  ONE_HOUR: { timeframe: '1h', period: everyPeriod(hourMs) },
  TWO_HOUR: { timeframe: '2h', period: everyPeriod(2 * hourMs) },
  FOUR_HOUR: { timeframe: '4h', period: everyPeriod(4 * hourMs) },
  SIX_HOUR: { timeframe: '6h', period: everyPeriod(6 * hourMs) },
  ONE_DAY: { timeframe: '1d', period: everyPeriod(dayMs) },
};

// More than this many in one request are refused, not cut off. ccxt itself requests at most 300.
const maxCandles = 350;

/**
 * A stand-in for Coinbase: the public market endpoints of Advanced Trade (`/api/v3/brokerage`), and those of `/v2` that
 * ccxt reads in loadMarkets. Unknown products are left out of a batch, and are HTTP 404 when requested alone.
 */
export function createCoinbase(): Promise<Venue> {
  const v3 = (path: string, answer: Route['answer']): Route => {
    return { path: new RegExp(`/api/v3/brokerage/${path}`), answer };
  };
  const v2 = (path: string, toData: (model: VenueModel) => unknown): Route => {
    return { path: new RegExp(`/v2/${path}`), answer: (_, model) => ({ body: { data: toData(model) } }) };
  };
  const routes = [
    v2('currencies', toFiatCurrencies),
    v2('currencies/crypto', toCryptoCurrencies),
    v2('exchange-rates', toExchangeRates),
    v2('time', ({ now }) => ({ iso: toIso(now), epoch: Math.floor(now / 1000) })),
    v3('time', (_, { now }) => {
      return { body: { iso: toIso(now), epochSeconds: String(Math.floor(now / 1000)), epochMillis: String(now) } };
    }),
    v3('market/products', answerProducts),
    v3('market/product_book', (query, model) => answerMarket(answerBook)(query, model, query.product_id ?? '')),
    v3('market/products/([^/]+)', answerMarket(answerProduct)),
    v3('market/products/([^/]+)/ticker', answerMarket(answerTicker)),
    v3('market/products/([^/]+)/candles', answerMarket(answerCandles)),
  ];
  return createVenue({ markets: coinbaseMarkets, routes, refuse, exchangeConfig });
}

// Spot unless FUTURE is requested, which without an expiry type means dated futures: there are none here.
function answerProducts(query: Query, model: VenueModel): Reply {
  const isFuture = query.product_type === 'FUTURE';
  const ids = query.product_ids?.split(',');
  const asked = model.markets.filter(({ symbol, id }) => {
    if (symbol.includes(':') !== isFuture) return false;
    return ids === undefined ? !isFuture || query.contract_expiry_type === 'PERPETUAL' : ids.includes(id);
  });
  const products = asked.flatMap((market) => {
    const ticker = model.ticker(market.symbol);
    return ticker === null && ids !== undefined ? [] : [toProduct(market, ticker)];
  });
  return { body: { products, num_products: products.length, pagination: null } };
}

function answerMarket(answer: MarketAnswer): Route['answer'] {
  return (query, model, id) => {
    const market = model.markets.find((candidate) => candidate.id === id);
    return market === undefined ? unknownProduct(id) : answer(market, query, model);
  };
}

function answerProduct(market: VenueMarket, _query: Query, model: VenueModel): Reply {
  const ticker = model.ticker(market.symbol);
  return ticker === null ? unknownProduct(market.id) : { body: toProduct(market, ticker) };
}

/** The newest trades, newest first: ccxt takes the ticker from the first of them. */
function answerTicker(market: VenueMarket, query: Query, model: VenueModel): Reply {
  const ticker = model.ticker(market.symbol);
  if (ticker === null) return unknownProduct(market.id);
  const limit = Number(query.limit ?? 100);
  if (limit > 1000) return reject(500, 'INTERNAL', 'An internal error occurred');
  const [from, to] = [Number(query.start ?? 0) * 1000, Number(query.end ?? Number.POSITIVE_INFINITY) * 1000];
  const trades = model
    .trades(market.symbol)
    .slice(-Math.min(limit, 100))
    .filter(({ timestamp }) => timestamp >= from && timestamp <= to)
    .map(({ id, price, amount, timestamp, side }) => {
      const time = new Date(timestamp).toISOString().replace('Z', '000Z');
      const shared = { product_id: market.id, price, size: amount, time, side: side.toUpperCase() };
      return { trade_id: String(id), ...shared, bid: '', ask: '', exchange: 'coinbase' };
    });
  return { body: { trades: trades.reverse(), best_bid: ticker.bid ?? '', best_ask: ticker.ask ?? '' } };
}

function answerBook(market: VenueMarket, query: Query, model: VenueModel): Reply {
  const ticker = model.ticker(market.symbol);
  if (ticker === null) return unknownProduct(market.id);
  const { bids, asks } = toOrderBook(market, ticker, Math.min(Number(query.limit ?? 1000), 1000));
  const toLevel = ([price, size]: (typeof bids)[number]): unknown => ({ price, size });
  const time = new Date(ticker.timestamp).toISOString().replace('Z', '000Z');
  const pricebook = { product_id: market.id, bids: bids.map(toLevel), asks: asks.map(toLevel), time };
  const { bid, ask, last } = ticker;
  if (bid === null || ask === null) return { body: { pricebook, last, mid_market: '' } };
  const middle = divide(add(bid, ask), '2', 8);
  const spread = subtract(ask, bid);
  return { body: { pricebook, last, mid_market: middle, spread_bps: '0.1', spread_absolute: spread } };
}

/** Candles that open within `[start, end]`, epoch s, both inclusive, newest first. */
function answerCandles(market: VenueMarket, query: Query, model: VenueModel): Reply {
  const interval = granularities[query.granularity ?? ''];
  if (interval === undefined) return reject(400, 'INVALID_ARGUMENT', 'granularity argument is invalid');
  const [from, to] = [Number(query.start) * 1000, Number(query.end) * 1000];
  if (!(from <= to)) return reject(400, 'INVALID_ARGUMENT', 'start and end argument is invalid');
  const first = interval.period.start(from);
  const lengthMs = interval.period.after(first, 1) - first;
  if (Math.floor((to - first) / lengthMs) >= maxCandles) {
    const limit = `number of candles requested should be less than ${maxCandles}`;
    return reject(400, 'INVALID_ARGUMENT', `start and end argument is invalid - ${limit} `);
  }
  const candles = firstCandles(model, market, interval, { from, to, limit: maxCandles })
    .map(({ timestamp, low, high, open, close, volume }) => {
      return { start: String(timestamp / 1000), low, high, open, close, volume };
    })
    .reverse();
  return { body: { candles } };
}

function toIso(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}

function unknownProduct(id: string): Reply {
  return reject(404, 'NOT_FOUND', `Product ${id} not supported`);
}

function reject(status: number, error: string, message: string): Reply {
  return { status, body: { error, error_details: message, message } };
}

function refuse(status: number): Reply {
  switch (status) {
    case 404:
      return reject(status, 'NOT_FOUND', 'Not found');
    case 429:
      return { status, body: { errors: [{ id: 'rate_limit_exceeded', message: 'Rate limit exceeded' }] } };
    case 500:
      return reject(status, 'INTERNAL', 'An internal error occurred');
    default:
      return { status, body: `<!DOCTYPE html>\n<html><head><title>${status}</title></head><body></body></html>\n` };
  }
}

function exchangeConfig(url: string): ExchangeConfig {
  return { urls: { api: { rest: url, ws: url.replace('http', 'ws') } } };
}
