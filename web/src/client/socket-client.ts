import { type Client, createClient } from 'graphql-ws';
import type { Access } from './access.ts';
import type { Connection } from './connection.ts';
import { closeCode, describeClose, toSocketClose } from './socket-close.ts';

const pingMs = 10_000;
const pongTimeoutMs = 5_000;
const maxWaitMs = 10_000;

/** From one view to the next, the socket stays open. */
const lingerMs = 3_000;

/** What the socket client needs. */
export interface SocketOptions {
  readonly url: string;
  readonly access: Access;
  readonly connection: Connection;
  /** Says what is known when no socket can be opened. */
  readonly explain: () => Promise<string>;
}

/**
 * All subscriptions of the page share one WebSocket. It is opened for the first of them, and opened again for as long as
 * there is one, whatever happens to it.
 */
export function createSocketClient({ url, access, connection, explain }: SocketOptions): Client {
  let pongTimer: ReturnType<typeof setTimeout> | undefined;
  let isOpened = false;
  let sent: string | null = null;
  const client = createClient({
    url,
    connectionParams: () => {
      sent = access.authorization;
      return sent === null ? {} : { Authorization: sent };
    },
    lazyCloseTimeout: lingerMs,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: (retries) => waitOrOnline(Math.min(500 * 2 ** retries, maxWaitMs) * (0.5 + Math.random() / 2)),
    keepAlive: pingMs,
    on: {
      connecting: () => {
        isOpened = false;
        connection.connecting();
      },
      opened: () => {
        isOpened = true;
      },
      connected: () => connection.connected(),
      message: () => connection.heard(),
      // A browser does not notice that a connection has died silently, for example after a change of networks.
      ping: (isReceived) => {
        if (!isReceived) pongTimer = setTimeout(() => client.terminate(), pongTimeoutMs);
      },
      pong: (isReceived) => {
        if (isReceived) clearTimeout(pongTimer);
      },
      closed: (event) => {
        clearTimeout(pongTimer);
        const close = toSocketClose(event);
        if (close.code === closeCode.normal) return connection.closed();
        if (close.code === closeCode.unauthorized) {
          connection.closed();
          return access.refuse(sent);
        }
        const isExplained = isOpened || close.reason !== '';
        connection.lost(isExplained ? describeClose(close) : null);
        if (!isExplained) void explain().then((reason) => connection.explain(reason));
      },
    },
  });
  // The browser would notice much later that nothing comes any more.
  addEventListener('offline', () => client.terminate());
  return client;
}

/** Waits, but not longer than until the browser is online again. */
function waitOrOnline(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      removeEventListener('online', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    addEventListener('online', end);
  });
}
