import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { closeCode } from './close-codes.ts';

/** The subprotocol of the package subscriptions-transport-ws. It has the same name as the newer package graphql-ws. */
const oldProtocol = 'graphql-ws';

/** Fits into the 123 bytes of a close frame (RFC 6455, 5.5). */
const sentence = `Subprotocol not acceptable: this server speaks ${GRAPHQL_TRANSPORT_WS_PROTOCOL}, as the npm package graphql-ws does.`;

/**
 * Chooses one of the subprotocols that a client offers. An unsupported subprotocol is accepted too, and the socket is
 * closed at once: if the handshake failed instead, neither browsers nor libraries would report the reason.
 */
export function chooseSubprotocol(offered: ReadonlySet<string>): string | false {
  if (offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL)) return GRAPHQL_TRANSPORT_WS_PROTOCOL;
  const [first = false] = offered;
  return first;
}

/** Closes a socket with 4406 if its client does not support graphql-transport-ws. True if the socket was closed. */
export function refuseSubprotocol(socket: WebSocket): boolean {
  if (socket.protocol === GRAPHQL_TRANSPORT_WS_PROTOCOL) return false;
  // The library of this subprotocol hides close codes, but passes this message on.
  if (socket.protocol === oldProtocol) {
    socket.send(JSON.stringify({ type: 'connection_error', payload: { message: sentence } }));
  }
  socket.close(closeCode.subprotocolNotAcceptable, sentence);
  return true;
}
