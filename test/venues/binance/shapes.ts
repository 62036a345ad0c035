import type { VenueTrade } from '../market/book.ts';
import {
  dayMs,
  everyPeriod,
  hourMs,
  type Interval,
  minuteMs,
  monthPeriod,
  type TimedCandle,
} from '../market/candles.ts';
import { divide, multiply } from '../market/decimal.ts';
import { toCurrencies, type VenueMarket, type VenueTicker } from '../market/model.ts';
import type { BinanceKind } from './markets.ts';

const zero = '0.00000000';

// 1970-01-05 was a Monday, and Binance's weeks start on Mondays.
const firstMonday = 4 * dayMs;

const lengths: Readonly<Record<string, number>> = {
  '1s': 1000,
  ...Object.fromEntries([1, 3, 5, 15, 30].map((count) => [`${count}m`, count * minuteMs])),
  ...Object.fromEntries([1, 2, 4, 6, 8, 12].map((count) => [`${count}h`, count * hourMs])),
  '1d': dayMs,
  '3d': 3 * dayMs,
};

/** Binance's intervals have ccxt's names; null for one that it does not have. Futures have no `1s`. */
export function toInterval(kind: BinanceKind, name: string | undefined): Interval | null {
  if (name === '1w') return { timeframe: name, period: everyPeriod(7 * dayMs, firstMonday) };
  if (name === '1M') return { timeframe: name, period: monthPeriod };
  const lengthMs = name === undefined || (name === '1s' && kind !== 'spot') ? undefined : lengths[name];
  return name === undefined || lengthMs === undefined ? null : { timeframe: name, period: everyPeriod(lengthMs) };
}

/** `ticker/24hr`: only spot sends bid, ask and the previous close; coin-margined volumes count contracts. */
export function toDayTicker(kind: BinanceKind, market: VenueMarket, ticker: VenueTicker): unknown {
  const common = {
    symbol: market.id,
    priceChange: ticker.change,
    priceChangePercent: ticker.percentage,
    weightedAvgPrice: ticker.vwap,
    lastPrice: ticker.last,
    lastQty: market.amountStep,
    openPrice: ticker.open,
    highPrice: ticker.high,
    lowPrice: ticker.low,
    openTime: ticker.timestamp - dayMs,
    closeTime: ticker.timestamp,
    firstId: 3_961_500_000,
    lastId: 3_962_999_999,
    count: 1_500_000,
  };
  const { baseVolume, quoteVolume } = ticker;
  if (kind === 'linear') return { ...common, volume: baseVolume, quoteVolume };
  if (kind === 'inverse') {
    const volume = toContracts(baseVolume, ticker.vwap);
    return { ...common, pair: toPair(market), volume, baseVolume };
  }
  return { ...common, prevClosePrice: ticker.previousClose, ...toQuote(ticker), volume: baseVolume, quoteVolume };
}

/** `ticker/bookTicker`. */
export function toBookTicker(kind: BinanceKind, market: VenueMarket, ticker: VenueTicker): unknown {
  const pair = kind === 'inverse' ? { pair: toPair(market) } : {};
  return { symbol: market.id, ...pair, ...toQuote(ticker), ...toTime(kind, ticker) };
}

/** `ticker/price`. */
export function toPriceTicker(kind: BinanceKind, market: VenueMarket, ticker: VenueTicker): unknown {
  const pair = kind === 'inverse' ? { ps: toPair(market) } : {};
  return { symbol: market.id, ...pair, price: ticker.last, ...toTime(kind, ticker) };
}

/** One row of `klines`. Coin-margined rows carry contracts in place 5 and the base volume in place 7. */
export function toKline(kind: BinanceKind, candle: TimedCandle): unknown {
  const { timestamp, open, high, low, close, volume, end, trades } = candle;
  const quoteVolume = multiply(volume, close);
  const [first, second] = kind === 'inverse' ? [toContracts(volume, close), volume] : [volume, quoteVolume];
  const half = (text: string): string => divide(text, '2', 8);
  return [timestamp, open, high, low, close, first, end - 1, second, trades, half(first), half(second), '0'];
}

/** One row of `aggTrades`. */
export function toAggregateTrade({ id, price, amount, timestamp, side }: VenueTrade): unknown {
  return { a: id, p: price, q: amount, f: id, l: id, T: timestamp, m: side === 'sell', M: true };
}

/** One row of `trades`. */
export function toPlainTrade({ id, price, amount, timestamp, side }: VenueTrade): unknown {
  const quoteQty = multiply(price, amount);
  return { id, price, qty: amount, quoteQty, time: timestamp, isBuyerMaker: side === 'sell', isBestMatch: true };
}

function toQuote({ bid, bidVolume, ask, askVolume }: VenueTicker): object {
  return { bidPrice: bid ?? zero, bidQty: bidVolume ?? zero, askPrice: ask ?? zero, askQty: askVolume ?? zero };
}

function toTime(kind: BinanceKind, ticker: VenueTicker): object {
  return kind === 'spot' ? {} : { time: ticker.timestamp };
}

/** The underlying pair of a coin-margined market: `BTCUSD`. */
export function toPair({ symbol }: VenueMarket): string {
  const { base, quote } = toCurrencies(symbol);
  return base + quote;
}

/** The number of contracts that equals a volume in base currency; a coin-margined BTC contract is worth 100 USD. */
export function toContracts(baseVolume: string, price: string): string {
  return divide(multiply(baseVolume, price), '100', 0);
}
