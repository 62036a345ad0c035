import type { IncomingMessage, Server } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Calls back once every request that the connection has sent before is answered; never where it closes first. */
export type WhenAnswered = (socket: Socket, callback: () => void) => void;

/** Node 26 and later read the body of a request before its connection is handed over; earlier versions do not. */
const readsBodiesFirst = Number.parseInt(process.versions.node, 10) >= 26;

/** True for a request for a WebSocket, well-formed or not. */
export function asksForWebSocket({ headers: { upgrade = '' } }: IncomingMessage): boolean {
  return upgrade.split(',').some((protocol) => protocol.trim().toLowerCase() === 'websocket');
}

/**
 * For Node's `shouldUpgradeCallback`: false for a request that Node itself is to serve as if it had not asked for another
 * protocol. Node then forgets what came behind the request in the same packet, so only requests that `IgnoredUpgrades`
 * cannot serve are left to Node.
 */
export function shouldUpgrade(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  return !readsBodiesFirst || asksForWebSocket(request) || (length === undefined && encoding === undefined);
}

/**
 * Serves requests that ask for a protocol that the server does not speak as if they did not ask (RFC 9110, 7.8): Java's
 * HTTP client and `curl --http2` ask for HTTP/2 (`h2c`) with each request and accept an answer in HTTP/1.1. In a server
 * with WebSockets, Node hands over the connection of every request with `Upgrade`, with nothing read behind the headers.
 * Here the connection goes back to the HTTP server, together with the request without its `Upgrade`.
 */
export class IgnoredUpgrades {
  readonly #server: Server;
  readonly #whenAnswered: WhenAnswered;
  /** Connections whose earlier requests are being answered. Node does not know them meanwhile. */
  readonly #waiting = new Set<Socket>();

  constructor(server: Server, whenAnswered: WhenAnswered) {
    this.#server = server;
    this.#whenAnswered = whenAnswered;
    // Node would drop headers beyond 2000, and they would be missing here. It limits their bytes in any case.
    server.maxHeadersCount = 0;
  }

  /** Takes the arguments of the server's 'upgrade' event. */
  take(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    // A plain HTTP server gives nothing else.
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
      // The timeout between requests, which is over.
      socket.setTimeout(0);
      socket.unshift(Buffer.concat([withoutUpgrade(request), head]));
      this.#server.emit('connection', socket);
    });
  }

  /** Cuts the connections that wait, which the server's own `closeAllConnections` does not know. */
  close(): void {
    for (const socket of this.#waiting) socket.destroy();
  }
}

/** The start line and headers of a request as they came, without the protocol that it asks for. */
function withoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name, value] = [rawHeaders[index], rawHeaders[index + 1]];
    if (name && !/^(?:upgrade|http2-settings)$/i.test(name)) lines.push(`${name}: ${value}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
