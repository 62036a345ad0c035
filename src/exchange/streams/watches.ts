import type { Exchange, OHLCV, Ticker } from 'ccxt';
import { MarketDataError } from '../../market/errors.ts';
import type { Capability } from '../../market/model/exchange.ts';
import type { StreamKind, StreamMessages, StreamRequest } from '../../market/ports/market-streams.ts';
import { requireDistances } from '../normalize/candle-interval.ts';
import { toCandles } from '../normalize/candles.ts';
import { toOrderBook } from '../normalize/order-book.ts';
import { toTicker } from '../normalize/ticker.ts';
import { toTrades } from '../normalize/trades.ts';
import { watchesCandlesJointly } from '../quirks/batch-quirks.ts';
import { streamDepth, unwatchBookParams } from '../quirks/stream-quirks.ts';
import { jointWatches } from './joint-watches.ts';

export type WatchRequest<K extends StreamKind> = StreamRequest<K> & {
  /**
   * Only for order books: true if the exchange decides the depth, because it has refused the one that we would request.
   */
  readonly leavesDepth?: boolean;
};

/** How ccxt watches one kind of data. */
export interface Watch<K extends StreamKind> {
  /** The exchange must have at least one of these. */
  readonly capabilities: readonly Capability[];
  /** Resolves with the next message. Rejects with ccxt's error or, for an unreadable message, a MarketDataError. */
  next(exchange: Exchange, request: WatchRequest<K>, now: () => number): Promise<StreamMessages[K]>;
  /** Unsubscribes; null if ccxt cannot. */
  unwatch(exchange: Exchange, request: WatchRequest<K>): Promise<unknown> | null;
}

/** How many levels are taken from each side of a book. Some exchanges push thousands. */
const defaultDepth = 100;

/** How many of the candles that ccxt keeps of a stream are checked. */
const recentCandles = 10;

/** The timestamps of the newest candles that ccxt keeps of a stream, oldest first, epoch ms. */
function recentTimestamps({ ohlcvs }: Exchange, symbol: string, timeframe: string): readonly number[] {
  const kept: readonly OHLCV[] = ohlcvs?.[symbol]?.[timeframe] ?? [];
  const timestamps = kept.slice(-recentCandles).flatMap(([timestamp]) => (timestamp === undefined ? [] : [timestamp]));
  return [...new Set(timestamps)].sort((a, b) => a - b);
}

/**
 * A watch call returns the first message that comes. If two come in one packet, nobody waits for the second, which ccxt
 * only keeps: without this, its price would be missing until the next message.
 */
function newestTicker({ tickers }: Exchange, symbol: string, returned: Ticker): Ticker {
  const kept = Object.hasOwn(tickers ?? {}, symbol) ? tickers[symbol] : undefined;
  return kept && (kept.timestamp ?? Infinity) >= (returned.timestamp ?? 0) ? kept : returned;
}

export const watches: { readonly [K in StreamKind]: Watch<K> } = {
  ticker: {
    capabilities: ['STREAM_TICKER', 'STREAM_TICKERS'],
    next: async (exchange, { symbol, exchange: id }, now) => {
      const ticker = exchange.has.watchTicker
        ? await exchange.watchTicker(symbol)
        : (await exchange.watchTickers([symbol]))[symbol];
      if (!ticker) throw new MarketDataError('BAD_EXCHANGE_RESPONSE', `${id} pushed no ticker for ${symbol}.`);
      const newest = newestTicker(exchange, symbol, ticker);
      return Object.freeze({ ...toTicker(id, symbol, newest, now()), source: 'STREAM' });
    },
    unwatch: (exchange, { symbol }) => {
      if (exchange.has.watchTicker) return exchange.has.unWatchTicker ? exchange.unWatchTicker(symbol) : null;
      return exchange.has.unWatchTickers ? exchange.unWatchTickers([symbol]) : null;
    },
  },
  orderBook: {
    capabilities: ['STREAM_ORDER_BOOK'],
    next: async (exchange, request, now) => {
      const { symbol, exchange: id, depth } = request;
      const book = await exchange.watchOrderBook(symbol, requestedDepth(exchange, request));
      return toOrderBook(id, symbol, book, now(), depth?.() ?? defaultDepth);
    },
    unwatch: (exchange, request) => {
      if (!exchange.has.unWatchOrderBook) return null;
      const { symbol, exchange: id } = request;
      return exchange.unWatchOrderBook(
        symbol,
        unwatchBookParams(id, exchange.market(symbol).type, requestedDepth(exchange, request)),
      );
    },
  },
  candles: {
    capabilities: ['STREAM_CANDLES'],
    next: async (exchange, { symbol, exchange: id, timeframe = '1m' }, now) => {
      const rows = watchesCandlesJointly(id)
        ? ((await exchange.watchOHLCVForSymbols([[symbol, timeframe]]))[symbol]?.[timeframe] ?? [])
        : await exchange.watchOHLCV(symbol, timeframe);
      const series = { exchange: id, symbol, timeframe };
      // Most messages hold one candle: the candles before it show whether they are of this timeframe.
      requireDistances(recentTimestamps(exchange, symbol, timeframe), series);
      try {
        return toCandles(rows, series, now());
      } catch (error) {
        // For later messages, ccxt would return the last row that it keeps: an invalid one, such as from the year 3000.
        exchange.ohlcvs[symbol]?.[timeframe]?.clear();
        throw error;
      }
    },
    unwatch: (exchange, request) => {
      const { symbol, exchange: id, timeframe = '1m' } = request;
      if (watchesCandlesJointly(id)) return jointWatches.candles.unwatch(exchange, [request], {});
      return exchange.has.unWatchOHLCV ? exchange.unWatchOHLCV(symbol, timeframe) : null;
    },
  },
  trades: {
    capabilities: ['STREAM_TRADES'],
    next: async (exchange, { symbol, exchange: id }, now) =>
      toTrades(id, exchange.market(symbol), await exchange.watchTrades(symbol), now()),
    unwatch: (exchange, { symbol }) => (exchange.has.unWatchTrades ? exchange.unWatchTrades(symbol) : null),
  },
};

/** The depth that a book is requested with; undefined if it is left to the exchange. */
export function requestedDepth(
  exchange: Exchange,
  { exchange: id, symbol, depth, leavesDepth }: WatchRequest<StreamKind>,
): number | undefined {
  return leavesDepth ? undefined : streamDepth(id, exchange.market(symbol).type, depth?.() ?? defaultDepth);
}
