import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { closeCode } from './close-codes.ts';

/** The subprotocol of subscriptions-transport-ws, whose package graphql-ws replaces and whose name it has. */
const oldProtocol = 'graphql-ws';

/** Fits into the 123 bytes of a close frame (RFC 6455, 5.5). */
const sentence = `Subprotocol not acceptable: this server speaks ${GRAPHQL_TRANSPORT_WS_PROTOCOL}, as the npm package graphql-ws does.`;

/**
 * Chooses one of the subprotocols that a client offers. One that is not spoken here is accepted too, only to be closed:
 * when a handshake fails, neither a browser nor a library says why.
 */
export function chooseSubprotocol(offered: ReadonlySet<string>): string | false {
  if (offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL)) return GRAPHQL_TRANSPORT_WS_PROTOCOL;
  const [first = false] = offered;
  return first;
}

/** Closes a socket with 4406 if it does not speak graphql-transport-ws; true if it was closed. */
export function refuseSubprotocol(socket: WebSocket): boolean {
  if (socket.protocol === GRAPHQL_TRANSPORT_WS_PROTOCOL) return false;
  // Its library hides close codes, and passes this on.
  if (socket.protocol === oldProtocol) {
    socket.send(JSON.stringify({ type: 'connection_error', payload: { message: sentence } }));
  }
  socket.close(closeCode.subprotocolNotAcceptable, sentence);
  return true;
}
