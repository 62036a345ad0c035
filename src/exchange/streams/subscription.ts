import type { Exchange } from 'ccxt';
import type { StreamKind, StreamListener, StreamMessages, StreamRequest } from '../../market/market-streams.ts';
import { toMarketDataError } from '../errors.ts';
import { type Channel, channelKey } from './channel.ts';
import { watches } from './watches.ts';

/** One stream that somebody listens to, whichever connection carries it at the moment. */
export interface Subscription {
  readonly channel: Channel;
  /** Tells its channel from the others of the exchange. */
  readonly key: string;
  /** When it last had a message, epoch ms; at first, when it began. */
  readonly heardAt: number;
  /** Waits for the next message over an instance; resolves with what hands it on. */
  nextFrom(exchange: Exchange): Promise<() => void>;
  /** Takes the subscription back at the exchange; null where ccxt cannot. */
  endAt(exchange: Exchange): Promise<unknown> | null;
  /** Tells the listener that messages may have been lost. */
  interrupt(cause: unknown): void;
  /** Nothing is told any more. */
  close(): void;
}

export function createSubscription<K extends StreamKind>(
  request: StreamRequest<K>,
  listener: StreamListener<StreamMessages[K]>,
  now: () => number,
): Subscription {
  const watch = watches[request.kind];
  const { exchange: id, symbol, timeframe } = request;
  const subject = { exchange: id, symbol, ...(timeframe === undefined ? {} : { timeframe }) };
  let closed = false;
  let heardAt = now();
  return {
    channel: request,
    key: channelKey(request),
    get heardAt() {
      return heardAt;
    },
    nextFrom: async (exchange) => {
      const message = await watch.next(exchange, request, now);
      return () => {
        heardAt = now();
        if (!closed) listener.onMessage(message);
      };
    },
    endAt: (exchange) => watch.end(exchange, request),
    interrupt: (cause) => {
      if (!closed) listener.onInterrupted(toMarketDataError(cause, subject));
    },
    close: () => {
      closed = true;
    },
  };
}
