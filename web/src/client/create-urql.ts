import type { Client as SocketClient } from 'graphql-ws';
import { Client, fetchExchange } from 'urql';
import type { Access } from './access.ts';
import type { ServerClock } from './server-clock.ts';
import { createSocketExchange } from './socket-exchange.ts';

/** What the urql client needs. */
export interface UrqlOptions {
  readonly url: string;
  readonly socketClient: SocketClient;
  readonly access: Access;
  readonly clock: ServerClock;
}

const unauthorized = 401;

/**
 * Queries go over HTTP, subscriptions over the WebSocket. There is no cache: the server answers from its own, which knows
 * how long a value is fresh.
 */
export function createUrql({ url, socketClient, access, clock }: UrqlOptions): Client {
  return new Client({
    url,
    preferGetMethod: false,
    requestPolicy: 'network-only',
    fetchOptions: () => (access.authorization === null ? {} : { headers: { authorization: access.authorization } }),
    fetch: async (input, init) => {
      const sentAt = Date.now();
      const { authorization } = access;
      const response = await fetch(input, init);
      clock.observe(response.headers.get('date'), sentAt);
      if (response.status === unauthorized) access.refuse(authorization, await readReason(response.clone()));
      return response;
    },
    exchanges: [createSocketExchange(socketClient), fetchExchange],
  });
}

/** The server's sentence in the body of an error. */
async function readReason(response: Response): Promise<string> {
  try {
    const body: { readonly errors?: readonly { readonly message: string }[] } = await response.json();
    return body.errors?.[0]?.message ?? '';
  } catch {
    return '';
  }
}
