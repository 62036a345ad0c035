import type { Exchange } from 'ccxt';
import type { StreamKind, StreamListener, StreamMessages, StreamRequest } from '../../market/ports/market-streams.ts';
import { toMarketDataError } from '../access/errors.ts';
import { type Channel, channelKey } from '../ccxt/channel.ts';
import { ccxtErrors } from '../ccxt/load-ccxt.ts';
import { canUnwatch, unwatchBookParams } from '../quirks/stream-quirks.ts';
import { BookDepth, type RefusedDepths } from './book-depth.ts';
import { jointWatches } from './watches/joint-watches.ts';
import { requestedDepth } from './watches/order-book.ts';
import type { Watch, WatchRequest } from './watches/watch.ts';
import { createWatch } from './watches/watches.ts';

/** One stream with a listener, whichever connection carries it at the moment. */
export interface Subscription {
  readonly channel: Channel;
  /** Identifies its channel at the exchange. */
  readonly key: string;
  /** How often the exchange has refused it since its last message. */
  refusals: number;
  /** It must not be requested before this time, epoch ms. */
  waitUntil: number;
  /**
   * Waits for the next message over an instance. Resolves with a function that delivers it. `isShared` says that it was
   * requested together with others, so that a refusal may be about one of these.
   */
  nextFrom(exchange: Exchange, isShared?: boolean): Promise<(isFirst: boolean) => void>;
  /** Subscriptions with the same group can be requested together over an instance; null if this one cannot. */
  groupOver(exchange: Exchange): string | null;
  /** Makes the watch call that requests it over an instance, on `copy`, which may be the instance itself. */
  request(copy: Exchange, exchange: Exchange): Promise<unknown>;
  /** Makes the watch call that requests all channels, which are of its group, on `copy`. */
  requestAll(copy: Exchange, exchange: Exchange, channels: readonly Channel[]): Promise<unknown>;
  /** Unsubscribes at the exchange; null if ccxt cannot. */
  unwatch(exchange: Exchange): Promise<unknown> | null;
  /** True if ccxt can unsubscribe from several channels of its group with one message. */
  canUnwatchAll(exchange: Exchange): boolean;
  /** Unsubscribes from all channels, which are of its group, on `copy`. */
  unwatchAll(copy: Exchange, exchange: Exchange, channels: readonly Channel[]): Promise<unknown>;
  /** Called when it has been requested over an open connection; null if its listener does not want to know that. */
  readonly onOpen: (() => void) | null;
  /** Notifies the listener that messages may have been lost. */
  interrupt(cause: unknown): void;
}

/** A subscription to one kind of data through ccxt's watch methods. */
export class StreamSubscription<K extends StreamKind> implements Subscription {
  readonly channel: StreamRequest<K>;
  readonly key: string;
  refusals = 0;
  waitUntil = 0;
  readonly onOpen: (() => void) | null;
  readonly #listener: StreamListener<StreamMessages[K]>;
  readonly #now: () => number;
  readonly #watch: Watch<K>;
  readonly #bookDepth: BookDepth;
  #isClosed = false;

  constructor(
    request: StreamRequest<K>,
    listener: StreamListener<StreamMessages[K]>,
    now: () => number,
    refusedDepths: RefusedDepths,
  ) {
    this.channel = request;
    this.key = channelKey(request);
    this.#listener = listener;
    this.onOpen = listener.onOpen
      ? () => {
          if (!this.#isClosed) listener.onOpen?.();
        }
      : null;
    this.#now = now;
    this.#watch = createWatch[request.kind]();
    this.#bookDepth = new BookDepth(refusedDepths, now);
  }

  async nextFrom(exchange: Exchange, isShared = false): Promise<(isFirst: boolean) => void> {
    const { exchange: id, symbol } = this.channel;
    if (!this.#isListed(exchange)) throw new ccxtErrors.BadSymbol(`${id} has no market ${symbol}`);
    const message = await this.#next(exchange, isShared);
    return (isFirst) => {
      if (!this.#isClosed) this.#listener.onMessage(message, isFirst);
    };
  }

  groupOver(exchange: Exchange): string | null {
    const { kind } = this.channel;
    const { method } = jointWatches[kind];
    if (method === null || !exchange.has[method] || !this.#isListed(exchange)) return null;
    return `${kind} ${this.#depthOver(exchange) ?? ''}`;
  }

  request(copy: Exchange, exchange: Exchange): Promise<unknown> {
    return this.#watch.next(copy, this.#requestOver(exchange), this.#now);
  }

  requestAll(copy: Exchange, exchange: Exchange, channels: readonly Channel[]): Promise<unknown> {
    return jointWatches[this.channel.kind].watch(copy, channels, this.#depthOver(exchange));
  }

  unwatch(exchange: Exchange): Promise<unknown> | null {
    const { exchange: id, kind } = this.channel;
    return canUnwatch(id, kind) ? this.#watch.unwatch(exchange, this.#requestOver(exchange)) : null;
  }

  canUnwatchAll(exchange: Exchange): boolean {
    const { exchange: id, kind } = this.channel;
    const { unmethod } = jointWatches[kind];
    return canUnwatch(id, kind) && unmethod !== null && Boolean(exchange.has[unmethod]);
  }

  unwatchAll(copy: Exchange, exchange: Exchange, channels: readonly Channel[]): Promise<unknown> {
    const { exchange: id, kind, symbol } = this.channel;
    const params = unwatchBookParams(id, exchange.market(symbol).type, this.#depthOver(exchange));
    return jointWatches[kind].unwatch(copy, channels, params);
  }

  interrupt(cause: unknown): void {
    const { exchange, symbol, timeframe } = this.channel;
    const subject = { exchange, symbol, ...(timeframe === undefined ? {} : { timeframe }) };
    if (!this.#isClosed) this.#listener.onInterrupted(toMarketDataError(cause, subject));
  }

  /** The listener is no longer called. */
  close(): void {
    this.#isClosed = true;
  }

  /** ccxt's own lookup also accepts raw ids and names such as `constructor`, and builds invalid URLs from them. */
  #isListed({ markets }: Exchange): boolean {
    return Object.hasOwn(markets ?? {}, this.channel.symbol);
  }

  async #next(exchange: Exchange, isShared: boolean): Promise<StreamMessages[K]> {
    try {
      const message = await this.#watch.next(exchange, this.#requestOver(exchange), this.#now);
      this.#bookDepth.onMessage(exchange);
      return message;
    } catch (error) {
      if (!isShared) this.#bookDepth.onFailure(exchange, error);
      throw error;
    }
  }

  /** The depth that a book is requested with; undefined for none, and for other kinds. */
  #depthOver(exchange: Exchange): number | undefined {
    return this.channel.kind === 'orderBook' ? requestedDepth(exchange, this.#requestOver(exchange)) : undefined;
  }

  #requestOver(exchange: Exchange): WatchRequest<K> {
    const { channel } = this;
    if (channel.kind !== 'orderBook') return channel;
    const leavesDepth = this.#bookDepth.isLeftToExchange(exchange, requestedDepth(exchange, channel));
    return { ...channel, leavesDepth };
  }
}
