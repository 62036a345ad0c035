import { toExchangeInfo } from '../binance/info.ts';
import { toDayTicker, toInterval, toKline, toPlainTrade } from '../binance/shapes.ts';
import { toOrderBook } from '../market/book.ts';
import { firstCandles, newestCandles } from '../market/candles.ts';
import type { VenueMarket, VenueModel } from '../market/model.ts';
import type { Reply } from '../replies.ts';
import { createVenue, type ExchangeConfig, type Route, type Venue, type VenueRequest } from '../venue.ts';

type Query = VenueRequest['query'];
type MarketAnswer = (market: VenueMarket, query: Query, model: VenueModel) => Reply;

const unknownSymbol: Reply = { status: 400, body: { code: -1121, msg: 'Invalid symbol.' } };
const listedAt = Date.UTC(2022, 0, 1);

const coinsphMarkets: readonly VenueMarket[] = [
  toMarket('BTC/PHP', '3650000', '1', '0.000001'),
  toMarket('ETH/PHP', '196000', '1', '0.00001'),
];

/** A stand-in for Coins.ph, for which ccxt has no streams. Its API has the shapes of Binance's spot API. */
export function createCoinsph(): Promise<Venue> {
  const at = (path: string, answer: Route['answer']): Route => ({ path: new RegExp(`/openapi/${path}`), answer });
  const routes = [
    at('v1/exchangeInfo', (_, { markets, now }) => ({ body: toExchangeInfo('spot', markets, now) })),
    at('quote/v1/ticker/24hr', answerTickers),
    at('quote/v1/depth', answerMarket(answerDepth)),
    at('quote/v1/trades', answerMarket(answerTrades)),
    at('quote/v1/klines', answerMarket(answerKlines)),
  ];
  const refuse = (status: number): Reply => ({ status, body: { code: -1000, msg: 'refused' } });
  return createVenue({ markets: coinsphMarkets, routes, refuse, exchangeConfig });
}

function exchangeConfig(url: string): ExchangeConfig {
  return { urls: { api: { public: url, private: url } } };
}

function toMarket(symbol: string, price: string, priceStep: string, amountStep: string): VenueMarket {
  return { symbol, id: symbol.replace('/', ''), active: true, price, priceStep, amountStep, listedAt };
}

/** A list, or one object for one symbol. ccxt sends several symbols as one list, separated by commas. */
function answerTickers({ symbol, symbols }: Query, model: VenueModel): Reply {
  const ids = symbol === undefined ? symbols?.split(',') : [symbol];
  const bodies = model.markets
    .filter(({ id }) => ids === undefined || ids.includes(id))
    .flatMap((market) => {
      const ticker = model.ticker(market.symbol);
      return ticker === null ? [] : [toDayTicker('spot', market, ticker)];
    });
  if (bodies.length < (ids?.length ?? 0)) return unknownSymbol;
  return { body: symbol === undefined ? bodies : bodies[0] };
}

function answerMarket(answer: MarketAnswer): Route['answer'] {
  return (query, model) => {
    const market = model.markets.find(({ id }) => id === query.symbol);
    return market ? answer(market, query, model) : unknownSymbol;
  };
}

function answerDepth(market: VenueMarket, { limit = '100' }: Query, model: VenueModel): Reply {
  const ticker = model.ticker(market.symbol);
  if (ticker === null) return unknownSymbol;
  return { body: { lastUpdateId: model.updateId(market.symbol), ...toOrderBook(market, ticker, Number(limit)) } };
}

function answerTrades({ symbol }: VenueMarket, { limit = '500' }: Query, model: VenueModel): Reply {
  return { body: model.trades(symbol).slice(-Number(limit)).map(toPlainTrade) };
}

function answerKlines(market: VenueMarket, query: Query, model: VenueModel): Reply {
  const interval = toInterval('spot', query.interval);
  if (interval === null) return { status: 400, body: { code: -1120, msg: 'Invalid interval.' } };
  const [limit, to] = [Number(query.limit ?? 500), Number(query.endTime ?? model.now)];
  const candles =
    query.startTime === undefined
      ? newestCandles(model, market, interval, { to, limit })
      : firstCandles(model, market, interval, { from: Number(query.startTime), to, limit });
  return { body: candles.map((candle) => toKline('spot', candle)) };
}
