import type { Ticker as CcxtTicker, Exchange, MarketInterface, OHLCV } from 'ccxt';
import type { Candle, CandleSeries } from '../market/candle.ts';
import { MarketDataError } from '../market/error.ts';
import { type Market, marketTypes } from '../market/market.ts';
import { type Ticker, tickerNumbers } from '../market/ticker.ts';
import { periodAfter } from '../market/timeframe.ts';
import { actualTimeframe } from './rules.ts';

// ccxt's precision modes (ccxt/js/src/base/functions/number.js).
const decimalPlaces = 2;
const tickSize = 4;

/** A ccxt market in our terms; null for what is no market, such as the indices that some exchanges list. */
export function toMarket(exchange: Exchange, market: MarketInterface): Market | null {
  const type = marketTypes.find((candidate) => market[candidate]);
  if (!type) return null;
  return Object.freeze({
    exchange: exchange.id,
    symbol: market.symbol,
    base: market.base,
    quote: market.quote,
    settle: market.settle ?? null,
    type,
    active: market.active ?? null,
    contractSize: toNumber(market.contractSize),
    expiry: toInstant(market.expiry),
    pricePrecision: toStep(exchange, market.precision?.price),
    amountPrecision: toStep(exchange, market.precision?.amount),
  });
}

/**
 * A ccxt ticker in our terms, received at `receivedAt` (epoch ms) for a query.
 * Throws BAD_EXCHANGE_RESPONSE when it holds no number at all: then it was none.
 */
export function toTicker(exchange: string, symbol: string, ticker: CcxtTicker, receivedAt: number): Ticker {
  const result: Ticker = Object.freeze({
    exchange,
    symbol,
    timestamp: toInstant(ticker.timestamp),
    last: toNumber(ticker.last),
    open: toNumber(ticker.open),
    high: toNumber(ticker.high),
    low: toNumber(ticker.low),
    close: toNumber(ticker.close),
    previousClose: toNumber(ticker.previousClose),
    bid: toNumber(ticker.bid),
    bidVolume: toNumber(ticker.bidVolume),
    ask: toNumber(ticker.ask),
    askVolume: toNumber(ticker.askVolume),
    vwap: toNumber(ticker.vwap),
    change: toNumber(ticker.change),
    percentage: toNumber(ticker.percentage),
    average: toNumber(ticker.average),
    baseVolume: toNumber(ticker.baseVolume),
    quoteVolume: toNumber(ticker.quoteVolume),
    markPrice: toNumber(ticker.markPrice),
    indexPrice: toNumber(ticker.indexPrice),
    receivedAt,
    source: 'FETCH',
    stale: false,
  });
  if (tickerNumbers.every((field) => result[field] === null)) {
    throw new MarketDataError('BAD_EXCHANGE_RESPONSE', `${exchange} sent a ticker of ${symbol} without any price.`, {
      exchange,
      symbol,
    });
  }
  return result;
}

/**
 * ccxt's rows as candles: oldest first, each timestamp once (the row that came last stands). `now` (epoch ms) decides
 * which are closed. Throws BAD_EXCHANGE_RESPONSE on a row with a number missing: leaving it out would look like a gap.
 */
export function toCandles(
  rows: readonly OHLCV[],
  { exchange, symbol, timeframe }: CandleSeries,
  now: number,
): readonly Candle[] {
  const period = actualTimeframe(exchange, timeframe);
  const byTimestamp = new Map<number, Candle>();
  for (const row of rows) {
    const [timestamp, open, high, low, close, volume] = row.map(toNumber);
    if (
      !(isNumber(timestamp) && isNumber(open) && isNumber(high) && isNumber(low) && isNumber(close) && isNumber(volume))
    ) {
      const message = `${exchange} sent a candle of ${symbol} ${timeframe} with a number missing.`;
      throw new MarketDataError('BAD_EXCHANGE_RESPONSE', message, { exchange, symbol, timeframe });
    }
    const closed = periodAfter(period, timestamp) <= now;
    byTimestamp.set(timestamp, Object.freeze({ timestamp, open, high, low, close, volume, closed }));
  }
  return [...byTimestamp.values()].sort((a, b) => a.timestamp - b.timestamp);
}

function isNumber(value: number | null | undefined): value is number {
  return typeof value === 'number';
}

/** Epoch ms that a Date can hold (ECMAScript, Time Values and Time Range). */
export function toInstant(value: unknown): number | null {
  const instant = toNumber(value);
  return instant !== null && Math.abs(instant) <= 8.64e15 ? instant : null;
}

/** A number that JSON can hold, or null. */
export function toNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** The smallest step behind a precision: ccxt gives steps, decimal places, or significant digits, which are no step. */
function toStep(exchange: Exchange, precision: number | undefined): number | null {
  const value = toNumber(precision);
  if (value === null) return null;
  if (exchange.precisionMode === tickSize) return value;
  return exchange.precisionMode === decimalPlaces ? Number(`1e${-value}`) : null;
}
