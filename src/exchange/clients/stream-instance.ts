import type { Exchange } from 'ccxt';
import type { Clock } from '../../base/clock.ts';
import { guardHttp } from '../http/http-guard.ts';
import { tuneStreams } from '../quirks/stream-quirks.ts';
import { StreamSockets } from './stream-sockets.ts';

/** A ccxt instance that serves streams alone. */
export interface StreamInstance {
  readonly exchange: Exchange;
  /** True when one of its sockets has failed: what it knew of the market may be wrong from then on. */
  readonly isBroken: boolean;
  /** How long ccxt waits between two messages to the exchange, in ms. */
  readonly messagePauseMs: number;
  /** Takes over the markets as the exchange's client knows them now. */
  refreshMarkets(): Promise<void>;
  /** Closes its sockets, those of peers that don't answer too. */
  close(): Promise<void>;
}

/** How long a peer may take to answer our close frame, in ms. */
const closeGraceMs = 500;

/**
 * Makes `exchange` a stream instance beside `client`: it shares the client's markets and its throttle, so that both
 * together are one caller, and leaves the pace of redialling to us.
 */
export async function createStreamInstance(
  client: Exchange,
  exchange: Exchange,
  clock: Clock,
  timeoutMs: number,
): Promise<StreamInstance> {
  // What a stream fetches beside (the snapshot of a book) waits in the same queue.
  exchange.throttler = client.throttler;
  // ccxt's own pause before a dial goes on after close(), and then opens a socket that nobody owns.
  exchange.options.ws = { ...exchange.options.ws, backoff: { base: 0, max: 0 } };
  const messagePauseMs = tuneStreams(exchange);
  guardHttp(exchange, timeoutMs);
  const sockets = new StreamSockets(exchange);
  // Without it ccxt refuses ws:// addresses, which an exchange file may give.
  await exchange.loadHttpProxyAgent();

  async function refreshMarkets(): Promise<void> {
    if (exchange.markets === client.markets) return;
    exchange.setMarketsFromExchange(client);
    // Fetches nothing: some classes derive tables of their own from the markets in it.
    await exchange.loadMarkets();
  }

  await refreshMarkets();
  return {
    exchange,
    get isBroken() {
      return sockets.isBroken;
    },
    messagePauseMs,
    refreshMarkets,
    close: async () => {
      sockets.restore();
      const cut = clock.after(closeGraceMs, () => sockets.terminate());
      await exchange.close();
      cut();
      sockets.forbid();
      await exchange.fetchDispatcher?.destroy();
    },
  };
}
