import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import type { WebSocket } from 'ws';

/** The subprotocol of subscriptions-transport-ws, whose package graphql-ws replaces and whose name it has. */
const oldProtocol = 'graphql-ws';

/** As much as a close frame may say (RFC 6455, 5.5). */
const sentence = `Subprotocol not acceptable: this server speaks ${GRAPHQL_TRANSPORT_WS_PROTOCOL}, as the npm package graphql-ws does.`;

/**
 * The subprotocol to take of those that a client offers. One that nobody speaks here is taken too, only to be closed: of
 * a handshake that fails, neither a browser nor a library tells why.
 */
export function chooseSubprotocol(offered: ReadonlySet<string>): string | false {
  if (offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL)) return GRAPHQL_TRANSPORT_WS_PROTOCOL;
  const [first = false] = offered;
  return first;
}

/** Closes a socket with 4406 that does not speak graphql-transport-ws; true of one that was closed. */
export function refuseSubprotocol(socket: WebSocket): boolean {
  if (socket.protocol === GRAPHQL_TRANSPORT_WS_PROTOCOL) return false;
  // Its library hides close codes, and passes this on.
  if (socket.protocol === oldProtocol) {
    socket.send(JSON.stringify({ type: 'connection_error', payload: { message: sentence } }));
  }
  socket.close(CloseCode.SubprotocolNotAcceptable, sentence);
  return true;
}
