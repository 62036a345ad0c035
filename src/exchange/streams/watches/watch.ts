import type { Exchange } from 'ccxt';
import type { Capability } from '../../../market/model/exchange.ts';
import type { StreamKind, StreamMessages, StreamRequest } from '../../../market/ports/market-streams.ts';

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
