import { type Client, createClient } from 'graphql-ws';
import type { Access } from './access.ts';
import type { Connection } from './connection.ts';

const pingMs = 10_000;
const pongTimeoutMs = 5_000;
const maxWaitMs = 10_000;

/** WebSocket close codes. https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md */
const unauthorized = 4401;
const normal = 1000;

/** What the socket client needs. */
export interface SocketOptions {
  readonly url: string;
  readonly access: Access;
  readonly connection: Connection;
}

/**
 * All subscriptions of the page share one WebSocket. It is opened for the first of them, and opened again for as long as
 * there is one, whatever happens to it.
 */
export function createSocketClient({ url, access, connection }: SocketOptions): Client {
  let pongTimer: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url,
    connectionParams: () => (access.authorization === null ? {} : { Authorization: access.authorization }),
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: (retries) => waitOrOnline(Math.min(500 * 2 ** retries, maxWaitMs) * (0.5 + Math.random() / 2)),
    keepAlive: pingMs,
    on: {
      connecting: () => connection.connecting(),
      connected: () => connection.connected(),
      // A browser does not notice that a connection has died silently, for example after a change of networks.
      ping: (isReceived) => {
        if (!isReceived) pongTimer = setTimeout(() => client.terminate(), pongTimeoutMs);
      },
      pong: (isReceived) => {
        if (isReceived) clearTimeout(pongTimer);
      },
      closed: (event) => {
        clearTimeout(pongTimer);
        const { code, reason } = event instanceof CloseEvent ? event : { code: 0, reason: '' };
        connection.closed(code !== normal);
        if (code === unauthorized) access.refuse(reason);
      },
    },
  });
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
