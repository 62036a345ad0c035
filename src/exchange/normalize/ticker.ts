import type { Ticker as CcxtTicker, Exchange, MarketInterface, OHLCV } from 'ccxt';
import { MarketDataError } from '../../market/errors.ts';
import type { Candle, CandleSeries } from '../../market/model/candle.ts';
import { type Market, marketTypes } from '../../market/model/market.ts';
import { type Ticker, tickerNumbers } from '../../market/model/ticker.ts';
import { periodAfter } from '../../market/timeframe.ts';
import { actualTimeframe } from '../quirks/rest-quirks.ts';
import { requireInterval } from './candle-interval.ts';
import {
  firstBlockAt,
  mayBeNegative,
  toAmount,
  toExpiry,
  toNumber,
  toPastInstant,
  toPositive,
  toPrice,
} from './numbers.ts';

// ccxt's precision modes (ccxt/js/src/base/functions/number.js).
const decimalPlaces = 2;
const tickSize = 4;

/**
 * Converts a ccxt market; null for entries that are not markets, such as the indices that some exchanges list, and for
 * markets without a name.
 */
export function toMarket(exchange: Exchange, market: MarketInterface): Market | null {
  const type = marketTypes.find((candidate) => market[candidate]);
  if (!type || !isNamed(market)) return null;
  return Object.freeze({
    exchange: exchange.id,
    symbol: market.symbol,
    base: market.base,
    quote: market.quote,
    settle: isText(market.settle) ? market.settle : null,
    type,
    active: typeof market.active === 'boolean' ? market.active : null,
    contractSize: toPositive(market.contractSize),
    expiry: toExpiry(market.expiry),
    pricePrecision: toStep(exchange, market.precision?.price),
    amountPrecision: toStep(exchange, market.precision?.amount),
  });
}

/**
 * True for a market whose symbol, base and quote ccxt could determine. If it could not, they are missing or empty, or
 * the symbol contains `undefined` or `NaN` in their place.
 */
export function isNamed({ symbol, base, quote }: MarketInterface): boolean {
  return [symbol, base, quote].every(isText) && !/(^|[/:-])(undefined|(NaN)+)($|[/:-])/.test(symbol);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** The fields of a ticker that hold a price. */
const prices = [
  ...(['last', 'open', 'high', 'low', 'close', 'previousClose'] as const),
  ...(['bid', 'ask', 'vwap', 'average', 'markPrice', 'indexPrice'] as const),
];

/**
 * Converts a ccxt ticker that was received at `receivedAt` (epoch ms). Impossible numbers, such as a price below zero
 * or a time in the year 3000, become null, and so do the numbers that ccxt computed from such a price. Throws
 * BAD_EXCHANGE_RESPONSE if that leaves no price, or if there is no number at all.
 */
export function toTicker(exchange: string, symbol: string, ticker: CcxtTicker, receivedAt: number): Ticker {
  const allowsNegative = mayBeNegative(symbol);
  const isAbsurd = (field: (typeof prices)[number]): boolean =>
    toNumber(ticker[field]) !== toPrice(ticker[field], allowsNegative);
  const isMoveAbsurd = isAbsurd('last') || isAbsurd('open');
  const result: Ticker = Object.freeze({
    exchange,
    symbol,
    timestamp: toPastInstant(ticker.timestamp, receivedAt),
    last: toPrice(ticker.last, allowsNegative),
    open: toPrice(ticker.open, allowsNegative),
    high: toPrice(ticker.high, allowsNegative),
    low: toPrice(ticker.low, allowsNegative),
    close: toPrice(ticker.close, allowsNegative),
    previousClose: toPrice(ticker.previousClose, allowsNegative),
    bid: toPrice(ticker.bid, allowsNegative),
    bidVolume: toAmount(ticker.bidVolume),
    ask: toPrice(ticker.ask, allowsNegative),
    askVolume: toAmount(ticker.askVolume),
    vwap: toPrice(ticker.vwap, allowsNegative),
    change: isMoveAbsurd ? null : toNumber(ticker.change),
    percentage: isMoveAbsurd ? null : toNumber(ticker.percentage),
    average: isMoveAbsurd ? null : toPrice(ticker.average, allowsNegative),
    baseVolume: toAmount(ticker.baseVolume),
    quoteVolume: toAmount(ticker.quoteVolume),
    markPrice: toPrice(ticker.markPrice, allowsNegative),
    indexPrice: toPrice(ticker.indexPrice, allowsNegative),
    receivedAt,
    source: 'FETCH',
    stale: false,
  });
  const isEmpty = tickerNumbers.every((field) => result[field] === null);
  if (isEmpty || (prices.some(isAbsurd) && prices.every((field) => result[field] === null))) {
    throw new MarketDataError('BAD_EXCHANGE_RESPONSE', `${exchange} sent a ticker for ${symbol} without any price.`, {
      exchange,
      symbol,
    });
  }
  return result;
}

/** How far the exchange's clock may be ahead of ours for its newest candle to be valid, in ms. */
const clockToleranceMs = 60_000;

/**
 * Converts ccxt's rows to candles: oldest first, each timestamp once (the last row counts). `now` (epoch ms) decides
 * which are closed. Throws BAD_EXCHANGE_RESPONSE for a row with a missing or impossible number, because leaving the row
 * out would look like a gap, and for rows of another timeframe.
 */
export function toCandles(rows: readonly OHLCV[], series: CandleSeries, now: number): readonly Candle[] {
  const { exchange, symbol, timeframe } = series;
  const period = actualTimeframe(exchange, timeframe);
  const allowsNegative = mayBeNegative(symbol);
  // Some exchanges label a candle with its end.
  const latest = periodAfter(period, now) + clockToleranceMs;
  const byTimestamp = new Map<number, Candle>();
  for (const row of rows) {
    const [timestamp, open, high, low, close, volume] = Array.isArray(row) ? row.map(toNumber) : [];
    if (
      !(isNumber(timestamp) && isNumber(open) && isNumber(high) && isNumber(low) && isNumber(close) && isNumber(volume))
    ) {
      throw unreadable(series, 'with a missing number');
    }
    if (timestamp > latest) throw unreadable(series, "that begins in the future by this server's clock");
    const end = periodAfter(period, timestamp);
    if (!(end > firstBlockAt)) throw unreadable(series, 'from before cryptocurrencies existed');
    if (volume < 0 || (!allowsNegative && Math.min(open, high, low, close) < 0)) {
      throw unreadable(series, 'with a negative number');
    }
    // An open or close outside of high and low is common: some exchanges take the open from the candle before.
    if (high < low) throw unreadable(series, 'whose high is below its low');
    byTimestamp.set(timestamp, Object.freeze({ timestamp, open, high, low, close, volume, closed: end <= now }));
  }
  const candles = [...byTimestamp.values()].sort((a, b) => a.timestamp - b.timestamp);
  requireInterval(candles, series);
  return candles;
}

function unreadable({ exchange, symbol, timeframe }: CandleSeries, how: string): MarketDataError {
  const message = `${exchange} sent a candle for ${symbol} ${timeframe} ${how}.`;
  return new MarketDataError('BAD_EXCHANGE_RESPONSE', message, { exchange, symbol, timeframe });
}

function isNumber(value: number | null | undefined): value is number {
  return typeof value === 'number';
}

/**
 * The smallest step of a precision: ccxt gives steps, decimal places, or significant digits, which have no fixed step.
 */
function toStep(exchange: Exchange, precision: number | undefined): number | null {
  const value = toNumber(precision);
  if (value === null) return null;
  if (exchange.precisionMode === tickSize) return toPositive(value);
  return exchange.precisionMode === decimalPlaces ? Number(`1e${-value}`) : null;
}
