import type { IncomingMessage, Server } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Calls back once every earlier request of the connection is answered; never if the connection closes first. */
export type WhenAnswered = (socket: Socket, callback: () => void) => void;

/** Node 26 and later read the body of a request before its connection is handed over; earlier versions do not. */
const readsBodiesFirst = Number.parseInt(process.versions.node, 10) >= 26;

/** True for a request that asks for a WebSocket, well-formed or not. */
export function asksForWebSocket({ headers: { upgrade = '' } }: IncomingMessage): boolean {
  return upgrade.split(',').some((protocol) => protocol.trim().toLowerCase() === 'websocket');
}

/**
 * For Node's `shouldUpgradeCallback`: false if Node itself must serve the request as if it did not ask for another
 * protocol. Node then drops data that follows the request in the same packet, so only requests that `IgnoredUpgrades`
 * cannot serve are left to Node.
 */
export function shouldUpgrade(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  return !readsBodiesFirst || asksForWebSocket(request) || (length === undefined && encoding === undefined);
}

/**
 * Ignores the `Upgrade` header of requests for a protocol that the server does not support (RFC 9110, 7.8). Java's HTTP
 * client and `curl --http2` ask for HTTP/2 (`h2c`) with each request and accept an answer in HTTP/1.1. If a server has
 * WebSockets, Node takes every connection with an `Upgrade` request away from its HTTP parser, which then reads nothing
 * after the headers. This class returns the connection to the HTTP server, with the request but without its `Upgrade`.
 */
export class IgnoredUpgrades {
  readonly #server: Server;
  readonly #whenAnswered: WhenAnswered;
  /** Connections whose earlier requests are being answered. Node does not track them meanwhile. */
  readonly #waiting = new Set<Socket>();

  constructor(server: Server, whenAnswered: WhenAnswered) {
    this.#server = server;
    this.#whenAnswered = whenAnswered;
    // By default Node drops headers after the 2000th, which would be missing here. It limits their total size in any
    // case.
    server.maxHeadersCount = 0;
  }

  /** Handles the server's 'upgrade' event. */
  take(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    // A plain HTTP server emits no other kind of socket.
    if (!(stream instanceof Socket)) {
      stream.destroy();
      return;
    }
    const socket = stream;
    const ignore = (): void => {};
    const forget = (): void => {
      this.#waiting.delete(socket);
    };
    this.#waiting.add(socket);
    socket.on('close', forget);
    socket.on('error', ignore);
    this.#whenAnswered(socket, () => {
      forget();
      if (socket.destroyed) return;
      socket.off('close', forget).off('error', ignore);
      // Clears the timeout between requests, because a request has arrived.
      socket.setTimeout(0);
      socket.unshift(Buffer.concat([withoutUpgrade(request), head]));
      this.#server.emit('connection', socket);
    });
  }

  /** Cuts the waiting connections, which the server's own `closeAllConnections` does not know. */
  close(): void {
    for (const socket of this.#waiting) socket.destroy();
  }
}

/** The start line and headers of the request as received, without those that ask for another protocol. */
function withoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name, value] = [rawHeaders[index], rawHeaders[index + 1]];
    if (name && !/^(?:upgrade|http2-settings)$/i.test(name)) lines.push(`${name}: ${value}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
