import type { Exchange } from 'ccxt';
import type { Clock } from '../../base/clock.ts';
import { guardHttp } from '../http/http-guard.ts';
import { tuneStreams } from '../quirks/stream-quirks.ts';
import { StreamSockets } from './stream-sockets.ts';

/** A ccxt instance that is used for streams only. */
export interface StreamInstance {
  readonly exchange: Exchange;
  /** True when one of its sockets has failed: from then on, its market data may be wrong. */
  readonly isBroken: boolean;
  /** Resolves once all sockets that it has opened so far are connected: with false if one has failed since then. */
  whenConnected(): Promise<boolean>;
  /** How long ccxt waits between two messages to the exchange, in ms. */
  readonly messagePauseMs: number;
  /** Copies the current markets from the exchange's client. */
  refreshMarkets(): Promise<void>;
  /** Closes its sockets, even if the peer does not answer. */
  close(): Promise<void>;
}

/** How long a peer may take to answer our close frame, in ms. */
const closeGraceMs = 500;

/**
 * Turns `exchange` into a stream instance that belongs to `client`. It shares the client's markets and throttle, so
 * that the exchange sees both as one caller, and leaves the pace of reconnecting to us.
 */
export async function createStreamInstance(
  client: Exchange,
  exchange: Exchange,
  clock: Clock,
  timeoutMs: number,
): Promise<StreamInstance> {
  // Requests that streams make, such as for the snapshot of an order book, wait in the same queue.
  exchange.throttler = client.throttler;
  // ccxt's own pause before it reconnects continues after close(), and then opens a socket that belongs to nobody.
  exchange.options.ws = { ...exchange.options.ws, backoff: { base: 0, max: 0 } };
  const messagePauseMs = tuneStreams(exchange);
  guardHttp(exchange, timeoutMs);
  const sockets = new StreamSockets(exchange);
  // Without this, ccxt rejects ws:// addresses, which an exchange file can contain.
  await exchange.loadHttpProxyAgent();

  async function refreshMarkets(): Promise<void> {
    if (exchange.markets === client.markets) return;
    exchange.setMarketsFromExchange(client);
    // This sends no request, but some classes derive their own tables from the markets in it.
    await exchange.loadMarkets();
  }

  await refreshMarkets();
  return {
    exchange,
    get isBroken() {
      return sockets.isBroken;
    },
    whenConnected: () => sockets.whenConnected(),
    messagePauseMs,
    refreshMarkets,
    close: async () => {
      sockets.restore();
      const cut = clock.after(closeGraceMs, () => sockets.terminate());
      await exchange.close();
      cut();
      sockets.forbidConnecting();
      await exchange.fetchDispatcher?.destroy();
    },
  };
}
