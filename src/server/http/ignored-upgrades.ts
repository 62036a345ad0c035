import type { IncomingMessage, Server } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Calls back once every request that the connection has sent before is answered; never where it closes first. */
export type WhenAnswered = (socket: Socket, callback: () => void) => void;

/** Node 26 and later read the body of a request before its connection is handed over; earlier versions do not. */
const readsBodiesFirst = Number.parseInt(process.versions.node, 10) >= 26;

/** True of a request for a WebSocket, well-formed or not. */
export function asksForWebSocket({ headers: { upgrade = '' } }: IncomingMessage): boolean {
  return upgrade.split(',').some((protocol) => protocol.trim().toLowerCase() === 'websocket');
}

/**
 * For Node's `shouldUpgradeCallback`: false of a request that Node itself is to serve as if it had not asked for another
 * protocol. Then Node forgets what came behind the request in the same packet, so this is for those only that cannot be
 * served by `IgnoredUpgrades`.
 */
export function shouldUpgrade(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  return !readsBodiesFirst || asksForWebSocket(request) || (length === undefined && encoding === undefined);
}

/**
 * Serves requests that ask for a protocol that the server does not speak as if they did not ask (RFC 9110, 7.8): Java's
 * HTTP client and `curl --http2` ask for HTTP/2 (`h2c`) with each request and take the answer in HTTP/1.1. Node hands over
 * the connection of every request with `Upgrade` where somebody takes WebSockets, with nothing read behind the headers.
 * Here the connection goes back to the HTTP server, and the request with it, without what asked for the protocol.
 */
export class IgnoredUpgrades {
  readonly #server: Server;
  readonly #whenAnswered: WhenAnswered;
  /** Connections whose earlier requests are being answered. Node does not know them meanwhile. */
  readonly #waiting = new Set<Socket>();

  constructor(server: Server, whenAnswered: WhenAnswered) {
    this.#server = server;
    this.#whenAnswered = whenAnswered;
    // Node would forget the headers beyond 2000, and they would go missing here. It limits their bytes in any case.
    server.maxHeadersCount = 0;
  }

  /** Takes what the server's 'upgrade' event gives. */
  take(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    // Of a plain HTTP server it is nothing else.
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
      // The pause between requests, which is over.
      socket.setTimeout(0);
      socket.unshift(Buffer.concat([withoutUpgrade(request), head]));
      this.#server.emit('connection', socket);
    });
  }

  /** Cuts the connections that wait, which the server's own `closeAllConnections` passes over. */
  close(): void {
    for (const socket of this.#waiting) socket.destroy();
  }
}

/** The head of a request as it came, without the protocol that it asks for. */
function withoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name, value] = [rawHeaders[index], rawHeaders[index + 1]];
    if (name && !/^(?:upgrade|http2-settings)$/i.test(name)) lines.push(`${name}: ${value}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
