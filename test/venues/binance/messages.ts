import { toBookUpdate, type VenueTrade } from '../market/book.ts';
import { dayMs, type TimedCandle } from '../market/candles.ts';
import { divide, multiply } from '../market/decimal.ts';
import type { BookChange, VenueLiquidation } from '../market/events.ts';
import type { VenueMarket, VenueTicker } from '../market/model.ts';
import type { BinanceKind } from './markets.ts';
import { toContracts, toPair } from './shapes.ts';

/** The subject and time of a message. */
export interface MessageContext {
  readonly kind: BinanceKind;
  readonly market: VenueMarket;
  readonly now: number;
}

// As many levels as ccxt requests from REST.
const depth = 1000;
const zero = '0.00000000';

/** `<symbol>@ticker`: only spot sends bid, ask and the previous close; coin-margined volumes count contracts. */
export function toTickerMessage({ kind, market, now }: MessageContext, ticker: VenueTicker): unknown {
  const { change: p, percentage: P, vwap: w, last: c, open: o, high: h, low: l, previousClose: x } = ticker;
  const quote = kind === 'spot' ? { x, ...toLevels(ticker) } : {};
  const times = { O: ticker.timestamp - dayMs, C: ticker.timestamp, F: 3_961_500_000, L: 3_962_999_999, n: 1_500_000 };
  const head = { e: '24hrTicker', E: now, ...toIds(kind, market) };
  return { ...head, p, P, w, c, Q: market.amountStep, ...quote, o, h, l, ...toVolumes(kind, ticker), ...times };
}

/** `<symbol>@miniTicker`. */
export function toMiniTickerMessage({ kind, market, now }: MessageContext, ticker: VenueTicker): unknown {
  const { last: c, open: o, high: h, low: l } = ticker;
  return { e: '24hrMiniTicker', E: now, ...toIds(kind, market), c, o, h, l, ...toVolumes(kind, ticker) };
}

/** `<symbol>@bookTicker`: for spot, the message does not name its type. */
export function toBookTickerMessage({ kind, market, now }: MessageContext, { after, to }: BookChange): unknown {
  const quote = { s: market.id, ...toLevels(after) };
  if (kind === 'spot') return { u: to, ...quote };
  return { e: 'bookTicker', u: to, ...toIds(kind, market), ...quote, T: now, E: now };
}

/**
 * `<symbol>@depth`: the ids continue from `lastUpdateId` of REST; futures also name the last id of the message before.
 */
export function toDepthMessage({ kind, market, now }: MessageContext, change: BookChange): unknown {
  const { bids: b, asks: a } = toBookUpdate(market, change, depth);
  const ids = { U: change.from + 1, u: change.to };
  const head = { e: 'depthUpdate', E: now };
  if (kind === 'spot') return { ...head, s: market.id, ...ids, b, a };
  return { ...head, T: now, ...toIds(kind, market), ...ids, pu: change.from, b, a };
}

/** `<symbol>@trade`. */
export function toTradeMessage({ kind, market, now }: MessageContext, trade: VenueTrade): unknown {
  const { id: t, price: p, amount: q, timestamp: T, side } = trade;
  const kept = kind === 'spot' ? { M: true } : { X: 'MARKET' };
  return { e: 'trade', E: now, T, ...toIds(kind, market), t, p, q, m: side === 'sell', ...kept };
}

/** `<symbol>@forceOrder`: `l` is the last fill, `z` the whole order. */
export function toForceOrderMessage({ kind, market, now }: MessageContext, liquidation: VenueLiquidation): unknown {
  const { side, price: p, amount, lastFill: l, timestamp: T } = liquidation;
  const order = { S: side.toUpperCase(), o: 'LIMIT', f: 'IOC', q: amount, p, ap: p, X: 'FILLED', l, z: amount, T };
  return { e: 'forceOrder', E: now, o: { ...toIds(kind, market), ...order } };
}

/** `<symbol>@aggTrade`: every trade is its own aggregate, with the same id. */
export function toAggregateTradeMessage({ kind, market, now }: MessageContext, trade: VenueTrade): unknown {
  const { id: a, price: p, amount: q, timestamp: T, side } = trade;
  const kept = kind === 'spot' ? { M: true } : {};
  return { e: 'aggTrade', E: now, a, s: market.id, p, q, f: a, l: a, T, m: side === 'sell', ...kept };
}

/** `<symbol>@kline_<interval>`: `x` is true in the last message of a candle. */
export function toKlineMessage(
  { kind, market, now }: MessageContext,
  timeframe: string,
  candle: TimedCandle,
  closed: boolean,
): unknown {
  const { timestamp: t, end, open: o, high: h, low: l, close: c, volume, trades: n } = candle;
  const quoteVolume = multiply(volume, c);
  const [v, q] = kind === 'inverse' ? [toContracts(volume, c), volume] : [volume, quoteVolume];
  const [V, Q] = [divide(v, '2', 8), divide(q, '2', 8)];
  const ids = { s: market.id, i: timeframe, f: 3_961_500_000, L: 3_961_500_000 + n - 1 };
  const k = { t, T: end - 1, ...ids, o, c, h, l, v, n, x: closed, q, V, Q, B: '0' };
  return { e: 'kline', E: now, ...toIds(kind, market), k };
}

function toIds(kind: BinanceKind, market: VenueMarket): object {
  return kind === 'inverse' ? { s: market.id, ps: toPair(market) } : { s: market.id };
}

function toLevels({ bid, bidVolume, ask, askVolume }: VenueTicker): object {
  return { b: bid ?? zero, B: bidVolume ?? zero, a: ask ?? zero, A: askVolume ?? zero };
}

function toVolumes(kind: BinanceKind, { baseVolume, quoteVolume, vwap }: VenueTicker): object {
  if (kind === 'inverse') return { v: toContracts(baseVolume, vwap), q: baseVolume };
  return { v: baseVolume, q: quoteVolume };
}
