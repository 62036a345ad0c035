import type { Exchange } from 'ccxt';
import type { StreamKind, StreamListener, StreamMessages, StreamRequest } from '../../market/ports/market-streams.ts';
import { toMarketDataError } from '../access/errors.ts';
import { type Channel, channelKey } from '../ccxt/channel.ts';
import { ccxtErrors } from '../ccxt/load-ccxt.ts';
import { canUnwatch } from '../quirks/stream-quirks.ts';
import { BookDepth, type RefusedDepths } from './book-depth.ts';
import { askedDepth, type WatchRequest, watches } from './watches.ts';

/** One stream that somebody listens to, whichever connection carries it at the moment. */
export interface Subscription {
  readonly channel: Channel;
  /** Tells its channel from the others of the exchange. */
  readonly key: string;
  /** How often the exchange has refused it since its last message. */
  refusals: number;
  /** It is not to be asked for before this, epoch ms. */
  waitUntil: number;
  /** Waits for the next message over an instance; resolves with what hands it on, as the first since it was asked for. */
  nextFrom(exchange: Exchange): Promise<(isFirst: boolean) => void>;
  /** Takes the subscription back at the exchange; null where ccxt cannot. */
  unwatch(exchange: Exchange): Promise<unknown> | null;
  /** Tells the listener that messages may have been lost. */
  interrupt(cause: unknown): void;
  /** Nothing is told any more. */
  close(): void;
}

export function createSubscription<K extends StreamKind>(
  request: StreamRequest<K>,
  listener: StreamListener<StreamMessages[K]>,
  now: () => number,
  refusedDepths: RefusedDepths,
): Subscription {
  const watch = watches[request.kind];
  const { exchange: id, symbol, timeframe } = request;
  const subject = { exchange: id, symbol, ...(timeframe === undefined ? {} : { timeframe }) };
  const bookDepth = new BookDepth(refusedDepths, now);
  let closed = false;

  const requestOver = (exchange: Exchange): WatchRequest<K> => {
    if (request.kind !== 'orderBook') return request;
    return { ...request, leavesDepth: bookDepth.isLeftToExchange(exchange, askedDepth(exchange, request)) };
  };

  async function next(exchange: Exchange): Promise<StreamMessages[K]> {
    try {
      const message = await watch.next(exchange, requestOver(exchange), now);
      bookDepth.onMessage(exchange);
      return message;
    } catch (error) {
      bookDepth.onFailure(exchange, error);
      throw error;
    }
  }

  return {
    channel: request,
    key: channelKey(request),
    refusals: 0,
    waitUntil: 0,
    nextFrom: async (exchange) => {
      // ccxt's own look-up also takes raw ids, and names such as `constructor`, and makes addresses of them that are none.
      if (!Object.hasOwn(exchange.markets ?? {}, symbol))
        throw new ccxtErrors.BadSymbol(`${id} has no market ${symbol}`);
      const message = await next(exchange);
      return (isFirst) => {
        if (!closed) listener.onMessage(message, isFirst);
      };
    },
    unwatch: (exchange) => (canUnwatch(id, request.kind) ? watch.end(exchange, requestOver(exchange)) : null),
    interrupt: (cause) => {
      if (!closed) listener.onInterrupted(toMarketDataError(cause, subject));
    },
    close: () => {
      closed = true;
    },
  };
}
