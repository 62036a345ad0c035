import type { Exchange } from 'ccxt';
import type { Clock } from '../../market/clock.ts';
import { guardHttp } from '../http.ts';
import { tuneStreams } from './rules.ts';

/** A ccxt instance that serves streams alone. */
export interface StreamInstance {
  readonly exchange: Exchange;
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
  tuneStreams(exchange);
  guardHttp(exchange, timeoutMs);
  guardSends(exchange);
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
    refreshMarkets,
    close: async () => {
      const clients = Object.values(exchange.clients ?? {});
      const cut = clock.after(closeGraceMs, () => {
        for (const { connection } of clients) connection?.terminate?.();
      });
      await exchange.close();
      cut();
      await exchange.fetchDispatcher?.destroy();
    },
  };
}

/**
 * ccxt leaves the promise of a subscription that it sends late, behind its throttle, to nobody: where the socket has
 * closed meanwhile, its rejection would end the process. Who waits for a message is told by the close in any case.
 */
function guardSends(exchange: Exchange): void {
  const open = exchange.client.bind(exchange);
  const guarded = new WeakSet<object>();
  exchange.client = (url) => {
    const client = open(url);
    if (guarded.has(client)) return client;
    guarded.add(client);
    const send = client.send.bind(client);
    client.send = (message) => {
      const sent = send(message);
      sent.catch(() => {});
      return sent;
    };
    return client;
  };
}
