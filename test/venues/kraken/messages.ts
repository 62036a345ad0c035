import { crc32 } from 'node:zlib';
import { toBookUpdate, toOrderBook, type VenueBook, type VenueLevel, type VenueTrade } from '../market/book.ts';
import type { TimedCandle } from '../market/candles.ts';
import type { BookChange } from '../market/events.ts';
import type { VenueMarket, VenueTicker } from '../market/model.ts';

/** Whether a message contains the state at the time of the subscription, or a later change. */
export type MessageType = 'snapshot' | 'update';

/** A message of `ticker`, in JSON numbers; it carries no time. */
export function toTickerMessage(type: MessageType, { symbol }: VenueMarket, ticker: VenueTicker): unknown {
  const { bid, bidVolume, ask, askVolume, last, baseVolume, vwap, low, high, change, percentage } = ticker;
  const quote = { bid: toNumber(bid), bid_qty: toNumber(bidVolume), ask: toNumber(ask), ask_qty: toNumber(askVolume) };
  const day = { last: Number(last), volume: Number(baseVolume), vwap: Number(vwap), low: Number(low) };
  const moves = { high: Number(high), change: Number(change), change_pct: Number(percentage) };
  return { channel: 'ticker', type, data: [{ symbol, ...quote, ...day, ...moves }] };
}

/** The snapshot of `book`. */
export function toBookSnapshot(market: VenueMarket, ticker: VenueTicker, depth: number): unknown {
  const book = toOrderBook(market, ticker, depth);
  const data = [{ symbol: market.symbol, ...toSides(book), checksum: toChecksum(book) }];
  return { channel: 'book', type: 'snapshot', data };
}

/** An update of `book`; an amount of zero removes a level. */
export function toBookMessage(market: VenueMarket, change: BookChange, depth: number, now: number): unknown {
  const sides = toSides(toBookUpdate(market, change, depth));
  const checksum = toChecksum(toOrderBook(market, change.after, depth));
  const data = [{ symbol: market.symbol, ...sides, checksum, timestamp: toMicros(now) }];
  return { channel: 'book', type: 'update', data };
}

/** A message of `trade`; ids are those of REST. */
export function toTradeMessage(type: MessageType, { symbol }: VenueMarket, trades: readonly VenueTrade[]): unknown {
  const data = trades.map(({ id, price, amount, timestamp, side }) => {
    const shared = { symbol, side, price: Number(price), qty: Number(amount), ord_type: 'market' };
    return { ...shared, trade_id: id, timestamp: toMicros(timestamp) };
  });
  return { channel: 'trade', type, data };
}

/** A message of `ohlc`. Nothing in it shows whether a candle is closed. */
export function toCandleMessage(
  type: MessageType,
  { symbol }: VenueMarket,
  minutes: number,
  candles: readonly TimedCandle[],
  now: number,
): unknown {
  const data = candles.map(({ open, high, low, close, volume, trades, timestamp, end }) => {
    const prices = { open: Number(open), high: Number(high), low: Number(low), close: Number(close) };
    const times = { interval_begin: toNanos(timestamp), interval: minutes, timestamp: toMicros(end) };
    return { symbol, ...prices, trades, volume: Number(volume), vwap: Number(close), ...times };
  });
  return { channel: 'ohlc', type, timestamp: toNanos(now), data };
}

/** An instant in the format of Kraken's answers. */
export function toMicros(instant: number): string {
  return new Date(instant).toISOString().replace('Z', '000Z');
}

function toNanos(instant: number): string {
  return new Date(instant).toISOString().replace('Z', '000000Z');
}

function toNumber(text: string | null): number {
  return Number(text ?? 0);
}

function toSides({ bids, asks }: VenueBook): object {
  const toLevel = ([price, amount]: VenueLevel): object => ({ price: Number(price), qty: Number(amount) });
  return { bids: bids.map(toLevel), asks: asks.map(toLevel) };
}

// The digits of the ten best levels of each side. Kraken keeps trailing zeros, which are lost in the numbers that ccxt
// reads; this is what ccxt computes from those.
function toChecksum({ bids, asks }: VenueBook): number {
  const toDigits = (text: string): string => String(Number(text)).replace('.', '').replace(/^0+/, '');
  const best = [...asks.slice(0, 10), ...bids.slice(0, 10)];
  return crc32(best.map(([price, amount]) => toDigits(price) + toDigits(amount)).join(''));
}
