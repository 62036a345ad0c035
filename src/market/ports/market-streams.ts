import type { MarketDataError } from '../errors.ts';
import type { MarketRef } from '../market-ref.ts';
import type { Candle } from '../model/candle.ts';
import type { FundingRate } from '../model/derivatives/funding-rate.ts';
import type { Liquidation } from '../model/derivatives/liquidation.ts';
import type { OrderBook } from '../model/order-book.ts';
import type { Ticker } from '../model/ticker.ts';
import type { Trade } from '../model/trade.ts';

/** The kinds of streams, and what each message of a stream contains. */
export interface StreamMessages {
  readonly ticker: Ticker;
  readonly orderBook: OrderBook;
  /** The candles that changed, oldest first. A stream does not say whether they are closed: the clock decides `closed`. */
  readonly candles: readonly Candle[];
  /** The new trades, oldest first. The first message may contain earlier trades. */
  readonly trades: readonly Trade[];
  /** Values that the message lacks are null. */
  readonly fundingRate: FundingRate;
  /** The new liquidations, oldest first. The first message may contain earlier ones. */
  readonly liquidations: readonly Liquidation[];
}

export type StreamKind = keyof StreamMessages;

/** The market and the kind of data to stream. */
export interface StreamRequest<K extends StreamKind> extends MarketRef {
  readonly kind: K;
  /** Only for candles. */
  readonly timeframe?: string;
  /** Only for order books: how many levels of each side are wanted at the moment. The exchange may send fewer. */
  readonly depth?: () => number;
}

export interface StreamListener<T> {
  /**
   * Called when the stream has been requested over an open connection, each time anew. The exchange may still refuse it.
   * Messages can come much later, or before.
   */
  onOpen?(): void;
  /** `isFirst` is true for the first message over a connection. It may repeat what came over the previous connection. */
  onMessage(message: T, isFirst: boolean): void;
  /**
   * Called with the cause when the stream has stopped without being closed. The stream reconnects, with growing pauses.
   * What the exchange sends meanwhile is lost.
   */
  onInterrupted(error: MarketDataError): void;
}

export interface Stream {
  /**
   * Requests a new connection. If messages are known to be `missed`, the stream reconnects in any case; otherwise only if
   * the whole connection is silent, not this stream alone. The pauses between reconnects grow.
   */
  redial(missed: boolean): void;
  /** Ends the stream. The listener is no longer called. */
  close(): void;
}

/** Opens a stream of candles, as `open` of the port does, but also for timeframes that the exchange lacks. */
export type OpenCandles = (
  request: StreamRequest<'candles'>,
  listener: StreamListener<StreamMessages['candles']>,
) => Stream;

/** The port for data that exchanges push. `exchange/` implements it. */
export interface MarketStreams {
  /** True if the exchange has streams of this kind. Throws EXCHANGE_NOT_FOUND. */
  offers(exchange: string, kind: StreamKind): boolean;
  /** Never throws: a stream that cannot be opened is interrupted again and again. */
  open<K extends StreamKind>(request: StreamRequest<K>, listener: StreamListener<StreamMessages[K]>): Stream;
}
