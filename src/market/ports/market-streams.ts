import type { MarketDataError } from '../errors.ts';
import type { MarketRef } from '../market-ref.ts';
import type { AllTickers } from '../model/all-tickers.ts';
import type { Candle } from '../model/candle.ts';
import type { FundingRate } from '../model/derivatives/funding-rate.ts';
import type { Liquidation } from '../model/derivatives/liquidation.ts';
import type { OpenInterest } from '../model/derivatives/open-interest.ts';
import type { MarketType } from '../model/market.ts';
import type { OrderBook } from '../model/order-book.ts';
import type { Ticker } from '../model/ticker.ts';
import type { Trade } from '../model/trade.ts';

/** A candle of a stream. */
export interface StreamedCandle extends Candle {
  /** Set if the sender knows that the candle has closed with these values. An exchange's stream does not say that. */
  readonly isFinal?: true;
}

/**
 * The kinds of streams, and what each message of a stream contains. Exchanges stream the first six. The owner of an
 * exchange sends all of them to other instances.
 */
export interface StreamMessages {
  readonly ticker: Ticker;
  readonly orderBook: OrderBook;
  /** The candles that changed, oldest first. Without `isFinal`, the clock decides `closed`. */
  readonly candles: readonly StreamedCandle[];
  /** The new trades, oldest first. The first message may contain earlier trades. */
  readonly trades: readonly Trade[];
  /** Values that the message lacks are null. */
  readonly fundingRate: FundingRate;
  /** The new liquidations, oldest first. The first message may contain earlier ones. */
  readonly liquidations: readonly Liquidation[];
  readonly allTickers: AllTickers;
  readonly openInterest: OpenInterest;
}

export type StreamKind = keyof StreamMessages;

/** The market and the kind of data to stream. The symbol is '' for all tickers. */
export interface StreamRequest<K extends StreamKind> extends MarketRef {
  readonly kind: K;
  /** Only for all tickers: those of one type; null for all. */
  readonly type?: MarketType | null;
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
   * False while nothing can be pushed, so that only calls bring data. It can change while the stream is open: an exchange
   * may have no stream of this kind, but another instance may push what it has polled. Always true if left out.
   */
  readonly isOffered?: boolean;
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
