import type { Ticker as CcxtTicker } from 'ccxt';
import { MarketDataError } from '../../market/errors.ts';
import { type MarkPrice, type Ticker, tickerNumbers } from '../../market/model/ticker.ts';
import { mayBeNegative, mayBeZero, toAmount, toNumber, toPastInstant, toPrice } from './numbers.ts';

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
    ...toReferencePrices(symbol, ticker),
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

/**
 * Converts the ccxt ticker of a call for mark prices. Throws BAD_EXCHANGE_RESPONSE if there is neither a mark nor an index
 * price.
 */
export function toMarkPrice(exchange: string, symbol: string, ticker: CcxtTicker): MarkPrice {
  const { markPrice, indexPrice } = toReferencePrices(symbol, ticker);
  if (markPrice === null && indexPrice === null) throw missingMarkPrice(exchange, symbol);
  return Object.freeze({ exchange, symbol, markPrice, indexPrice });
}

/** Exchanges send 0 for a mark or index price that they do not compute. */
function toReferencePrices(symbol: string, ticker: CcxtTicker): Pick<Ticker, 'markPrice' | 'indexPrice'> {
  const toReferencePrice = (value: unknown): number | null => {
    const price = toPrice(value, mayBeNegative(symbol));
    return price === 0 && !mayBeZero(symbol) ? null : price;
  };
  return { markPrice: toReferencePrice(ticker.markPrice), indexPrice: toReferencePrice(ticker.indexPrice) };
}

/** The error for a market whose mark price an answer leaves out. */
export function missingMarkPrice(exchange: string, symbol: string): MarketDataError {
  return new MarketDataError('BAD_EXCHANGE_RESPONSE', `${exchange} sent no mark price for ${symbol}.`, {
    exchange,
    symbol,
  });
}
