import type { MarketDataError } from '../errors.ts';
import type { MarketRef } from '../market-ref.ts';
import type { Candle } from '../model/candle.ts';
import type { OrderBook } from '../model/order-book.ts';
import type { Ticker } from '../model/ticker.ts';
import type { Trade } from '../model/trade.ts';

/** What a stream may carry, and what each of its messages holds. */
export interface StreamMessages {
  readonly ticker: Ticker;
  readonly orderBook: OrderBook;
  /** Those that changed, oldest first. Whether they are closed is not known from the stream: `closed` goes by the clock. */
  readonly candles: readonly Candle[];
  /** Those that are new, oldest first; the first message may hold some from before. */
  readonly trades: readonly Trade[];
}

export type StreamKind = keyof StreamMessages;

/** What to stream. */
export interface StreamRequest<K extends StreamKind> extends MarketRef {
  readonly kind: K;
  /** Of candles. */
  readonly timeframe?: string;
  /** Of order books: how many levels of each side are wanted at the moment. The exchange may push fewer. */
  readonly depth?: () => number;
}

export interface StreamListener<T> {
  /** `isFirst` says that it is the first over its connection, and may repeat what came over the one before. */
  onMessage(message: T, isFirst: boolean): void;
  /**
   * Called when the stream stopped without being closed, with the cause. It is being dialled again, with growing pauses;
   * what the exchange sent meanwhile is lost.
   */
  onInterrupted(error: MarketDataError): void;
}

export interface Stream {
  /**
   * Asks for a new connection, which is heeded with growing pauses: where messages are known to be `missed` in any case,
   * else only where the whole connection is silent and not this stream alone.
   */
  redial(missed: boolean): void;
  /** Ends it; nothing is told any more. */
  close(): void;
}

/** Opens a stream of candles; as `open` of the port, and of timeframes that the exchange may lack. */
export type OpenCandles = (
  request: StreamRequest<'candles'>,
  listener: StreamListener<StreamMessages['candles']>,
) => Stream;

/** The port of what exchanges push. `exchange/` implements it. */
export interface MarketStreams {
  /** True when the exchange pushes this. Throws EXCHANGE_NOT_FOUND. */
  offers(exchange: string, kind: StreamKind): boolean;
  /** Never throws: a stream that cannot be had is one that is interrupted again and again. */
  open<K extends StreamKind>(request: StreamRequest<K>, listener: StreamListener<StreamMessages[K]>): Stream;
}
