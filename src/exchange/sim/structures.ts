import { periodAfter, periodStart } from '../../market/timeframe.ts';
import type { SimBook } from './book.ts';
import { fundingInterval } from './derivatives/funding.ts';
import type { SimLiquidation } from './derivatives/liquidations.ts';
import { type SimMarket, toDecimal } from './markets.ts';
import type { WalkCandle } from './subdivide.ts';
import type { RollingDay } from './ticker.ts';
import type { SimTrade } from './trades.ts';
import { tickMs } from './walk.ts';

/** One row of ccxt's fetchOHLCV: epoch ms, prices in the quote coin, volume in the base coin. */
export type OhlcvRow = [timestamp: number, open: number, high: number, low: number, close: number, volume: number];

/** Invented fees, as fractions, and the invented smallest order, in quote currency. */
const spotFees = { maker: 0.001, taker: 0.001 };
const swapFees = { maker: 0.0002, taker: 0.0005 };
const minCost = 5;

/** The parts of ccxt's market structure that differ from its defaults. */
export function toMarketFields(market: SimMarket, created: number) {
  const { id, symbol, type, base, quote, settle } = market;
  const isSwap = type === 'swap';
  const priceStep = toDecimal(1, market.priceDecimals);
  const lot = toDecimal(1, market.amountDecimals);
  return {
    id,
    symbol,
    base,
    quote,
    settle,
    baseId: base,
    quoteId: quote,
    settleId: settle,
    type,
    spot: !isSwap,
    margin: false,
    swap: isSwap,
    future: false,
    option: false,
    index: false,
    active: true,
    contract: isSwap,
    ...(isSwap && { linear: true, inverse: false, subType: 'linear', contractSize: 1 }),
    ...(isSwap ? swapFees : spotFees),
    precision: { amount: lot, price: priceStep },
    limits: {
      amount: { min: lot, max: undefined },
      price: { min: priceStep, max: undefined },
      cost: { min: minCost, max: undefined },
      leverage: { min: undefined, max: undefined },
    },
    created,
    info: {},
  };
}

/** Converts a candle to ccxt's row; `open` is when it opens, in epoch ms. */
export function toOhlcvRow(market: SimMarket, open: number, candle: WalkCandle): OhlcvRow {
  return [
    open,
    toDecimal(candle.open, market.priceDecimals),
    toDecimal(candle.high, market.priceDecimals),
    toDecimal(candle.low, market.priceDecimals),
    toDecimal(candle.close, market.priceDecimals),
    toDecimal(candle.volume, market.amountDecimals),
  ];
}

/** The input of ccxt's `safeTicker`, which derives change, percentage, average and vwap. */
export function toTickerFields(market: SimMarket, tick: number, day: RollingDay, book: SimBook) {
  const { priceDecimals, amountDecimals } = market;
  const [bid] = book.bids;
  const [ask] = book.asks;
  return {
    symbol: market.symbol,
    timestamp: tick * tickMs,
    datetime: new Date(tick * tickMs).toISOString(),
    open: toDecimal(day.open, priceDecimals),
    high: toDecimal(day.high, priceDecimals),
    low: toDecimal(day.low, priceDecimals),
    last: toDecimal(day.close, priceDecimals),
    bid: bid && toDecimal(bid.price, priceDecimals),
    bidVolume: bid && toDecimal(bid.amount, amountDecimals),
    ask: ask && toDecimal(ask.price, priceDecimals),
    askVolume: ask && toDecimal(ask.amount, amountDecimals),
    baseVolume: toDecimal(day.volume, amountDecimals),
    // Volumes at mean prices need no more decimals than a price.
    quoteVolume: Number(toDecimal(day.turnover, priceDecimals + amountDecimals).toFixed(priceDecimals)),
    info: {},
  };
}

/** The input of ccxt's `parseOrderBook`: rows of price and amount. */
export function toBookFields({ priceDecimals, amountDecimals }: SimMarket, { bids, asks }: SimBook) {
  const toRow = (level: SimBook['bids'][number]) => [
    toDecimal(level.price, priceDecimals),
    toDecimal(level.amount, amountDecimals),
  ];
  return { bids: bids.map(toRow), asks: asks.map(toRow) };
}

/** The input of ccxt's `safeTrade`, which derives the cost. */
export function toTradeFields(market: SimMarket, trade: SimTrade) {
  return {
    id: String(trade.id),
    timestamp: trade.tick * tickMs,
    datetime: new Date(trade.tick * tickMs).toISOString(),
    symbol: market.symbol,
    side: trade.side,
    price: toDecimal(trade.price, market.priceDecimals),
    amount: toDecimal(trade.amount, market.amountDecimals),
    order: undefined,
    type: undefined,
    takerOrMaker: undefined,
    info: {},
  };
}

/** The input of ccxt's `safeLiquidation`, which derives the values. */
export function toLiquidationFields(market: SimMarket, { tick, price, amount, side }: SimLiquidation) {
  return {
    symbol: market.symbol,
    timestamp: tick * tickMs,
    datetime: new Date(tick * tickMs).toISOString(),
    price: toDecimal(price, market.priceDecimals),
    contracts: toDecimal(amount, market.amountDecimals),
    side,
    info: {},
  };
}

/** ccxt's funding rate; prices are in the quote coin. */
export function toFundingFields(symbol: string, tick: number, rate: number, markPrice: number, indexPrice: number) {
  const timestamp = tick * tickMs;
  const fundingTimestamp = periodAfter(fundingInterval, periodStart(fundingInterval, timestamp));
  return {
    symbol,
    timestamp,
    datetime: new Date(timestamp).toISOString(),
    fundingRate: rate,
    fundingTimestamp,
    fundingDatetime: new Date(fundingTimestamp).toISOString(),
    interval: fundingInterval,
    markPrice,
    indexPrice,
    info: {},
  };
}

/** A row of ccxt's fetchFundingRateHistory. */
export function toPaymentFields(symbol: string, timestamp: number, rate: number) {
  return { symbol, timestamp, datetime: new Date(timestamp).toISOString(), fundingRate: rate, info: {} };
}

/** ccxt's open interest: the amount in the base coin, the value at the mark price in the quote coin. */
export function toOpenInterestFields(symbol: string, tick: number, amount: number, markPrice: number) {
  const timestamp = tick * tickMs;
  return {
    symbol,
    timestamp,
    datetime: new Date(timestamp).toISOString(),
    openInterestAmount: amount,
    openInterestValue: amount * markPrice,
    info: {},
  };
}
