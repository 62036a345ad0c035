import type { Exchange } from 'ccxt';
import type { StreamKind } from '../../market/ports/market-streams.ts';
import type { Channel } from '../ccxt/channel.ts';

// Differences between the streams of exchanges that ccxt does not know. Each entry names its source.

/**
 * How many channels one connection may carry.
 * - Binance and its sister exchanges: 1024 (binance-spot-api-docs, web-socket-streams.md; the futures' "Connect" page).
 * - Bitfinex: 25 (docs.bitfinex.com, Public Channels).
 */
const channelCaps: Readonly<Record<string, number>> = {
  binance: 1024,
  binancecoinm: 1024,
  binanceus: 1024,
  binanceusdm: 1024,
  bitfinex: 25,
};

/**
 * How long to wait between two messages to the exchange on one connection, in ms. Binance: 5 messages per second on
 * spot, 10 on futures (the same pages).
 */
const messagePausesMs: Readonly<Record<string, number>> = {
  binance: 210,
  binancecoinm: 110,
  binanceus: 210,
  binanceusdm: 110,
};

/** ccxt would wait as long as between two requests: for sixty channels, that takes a minute at Kraken. */
const longestMessagePauseMs = 200;

/** The depth to request for books of options and of all other markets. */
interface BookDepths {
  readonly option: number;
  readonly other: number;
}

const everywhere = (depth: number): BookDepths => ({ option: depth, other: depth });

/**
 * Bybit's depths in watchOrderBookForSymbols of its file in ccxt: what it accepts, and what ccxt requests by default.
 */
const bybitDepths: BookDepths = { option: 100, other: 200 };
const bybitDefaultDepths: BookDepths = { option: 100, other: 50 };

/**
 * The depth to request if an exchange pushes fewer levels by default: of the depths that it offers, the smallest
 * with at least 100 levels, or the largest. From watchOrderBook of each class in ccxt, which lists them. Derive: 1, 10,
 * 20 or 100 (docs.derive.xyz, Channels, Orderbook); ccxt requests 10. WhiteBIT: at most 100; ccxt requests 10.
 */
const bookDepths: Readonly<Record<string, BookDepths>> = {
  bitfinex: everywhere(100),
  bybit: bybitDepths,
  bybiteu: bybitDepths,
  bybitid: bybitDepths,
  derive: everywhere(100),
  kraken: everywhere(100),
  whitebit: everywhere(100),
};

/**
 * Exchanges whose unWatchOrderBook in ccxt names the channel by another depth than watchOrderBook requests by default,
 * with the depth that it requests. Bybit's unWatchOrderBook uses 50 on spot and 500 elsewhere.
 */
const defaultBookDepths: Readonly<Record<string, BookDepths>> = {
  bybit: bybitDefaultDepths,
  bybiteu: bybitDefaultDepths,
  bybitid: bybitDefaultDepths,
};

/** Exchanges whose candles of one market get mixed up in ccxt: their watchOHLCV stores them without the timeframe. */
const mixedTimeframes: ReadonlySet<string> = new Set([
  'alpaca',
  'blockchaincom',
  'cex',
  'dydx',
  'kraken',
  'p2b',
  'whitebit',
]);

/** True when one more channel may join those of a connection. */
export function mayShare(exchange: string, channels: readonly Channel[], joining: Channel): boolean {
  if (channels.length >= (channelCaps[exchange] ?? Number.POSITIVE_INFINITY)) return false;
  if (joining.kind !== 'candles' || !mixedTimeframes.has(exchange)) return true;
  return !channels.some((channel) => channel.kind === 'candles' && channel.symbol === joining.symbol);
}

/**
 * The depth to request from the stream of a market when `wanted` levels are needed; undefined leaves it to the
 * exchange.
 */
export function streamDepth(exchange: string, type: string, wanted: number): number | undefined {
  if (exchange === 'sim') return wanted;
  return bookDepths[exchange]?.[type === 'option' ? 'option' : 'other'];
}

/** The parameters that ccxt needs to unsubscribe from a book that was requested with `depth` levels, if with any. */
export function unwatchBookParams(exchange: string, type: string, depth: number | undefined): Record<string, number> {
  const defaults = defaultBookDepths[exchange];
  return defaults ? { limit: depth ?? defaults[type === 'option' ? 'option' : 'other'] } : {};
}

/**
 * Channels that ccxt claims to unsubscribe from, but does not. Coinbase: its class treats an unsubscription as
 * confirmed only when no subscription is left on the socket (the exchange's file in ccxt/js/src/pro).
 */
const brokenUnwatch: Readonly<Record<string, readonly StreamKind[]>> = {
  coinbase: ['ticker', 'orderBook', 'trades', 'candles'],
};

/** True if ccxt can unsubscribe from a channel of this kind. */
export function canUnwatch(exchange: string, kind: StreamKind): boolean {
  return !brokenUnwatch[exchange]?.includes(kind);
}

/**
 * Sets up how an instance streams: one socket for all channels of a URL, and dead peers are detected within a minute.
 * Returns the pause between two messages to the exchange on one connection, in ms.
 */
export function tuneStreams(exchange: Exchange): number {
  // ccxt would spread Binance's channels over up to 50 sockets. It counts each list of markets that was ever requested or
  // unsubscribed, keeps it, and refuses more than a limit: `mayShare` counts the channels instead.
  if (exchange.options.streamLimits && channelCaps[exchange.id] !== undefined) {
    Object.assign(exchange, { stream: () => '0' });
  }
  // The default stream of Binance's watchTickers in ccxt is the short one, which has neither bid nor ask.
  if (exchange.options.watchTickers?.name === 'miniTicker') {
    for (const method of ['watchTicker', 'watchTickers', 'unWatchTicker', 'unWatchTickers']) {
      exchange.options[method] = { ...exchange.options[method], name: 'ticker' };
    }
  }
  const rateLimitMs = exchange.rateLimit ?? longestMessagePauseMs;
  const pauseMs = messagePausesMs[exchange.id] ?? Math.min(rateLimitMs, longestMessagePauseMs);
  exchange.options.ws.cost = pauseMs / rateLimitMs;
  // ccxt's interval for Binance is three minutes, although its servers answer pings like any other.
  const { keepAlive } = exchange.streaming;
  if (!(keepAlive <= longestKeepAliveMs)) exchange.streaming = { ...exchange.streaming, keepAlive: longestKeepAliveMs };
  return pauseMs;
}

const longestKeepAliveMs = 20_000;
