import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { request } from 'node:https';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Certificate } from './certificate.ts';

/** A server of a test on loopback. */
export interface WireServer {
  readonly port: number;
  /** What clients asked it for so far, one entry for each connection or request. */
  readonly asked: readonly string[];
  /** Connections that are open now. */
  readonly openSockets: number;
  close(): Promise<void>;
}

/** Speaks TLS in front of a proxy that does not. */
export function createTlsFront(behind: number, certificate: Certificate): Promise<WireServer> {
  const asked: string[] = [];
  const server = createTlsServer(certificate, (socket) => {
    asked.push(socket.remoteAddress ?? '');
    join(socket, connect({ host: '127.0.0.1', port: behind }));
  });
  return listen(server, asked);
}

/** A relay: takes requests whose URL ends with an https address, and sends them there from 127.0.0.5. */
export function createRelay(certificate: Certificate): Promise<WireServer> {
  const asked: string[] = [];
  const server = createHttpServer(({ url = '', headers: { authorization = '' } }, response) => {
    const target = decodeURIComponent(url.replace(/^\/relay\//, ''));
    asked.push(`${authorization} ${target}`.trim());
    const onward = request(target, { ca: certificate.cert, localAddress: '127.0.0.5', agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, { 'content-type': 'application/json' });
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    onward.end();
  });
  return listen(server, asked);
}

/**
 * A proxy with answers by the test: `answer` receives the first bytes of each connection, and the connection. `asked`
 * has the bytes as Latin-1.
 */
export function createWireProxy(answer: (first: string, socket: Socket) => void, port = 0): Promise<WireServer> {
  const asked: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (chunk) => {
      const first = chunk.toString('latin1');
      asked.push(first);
      answer(first, socket);
    });
  });
  return listen(server, asked, port);
}

/** An HTTP proxy that connects to the requested targets, unless it is silent. */
export function createConnectProxy(isSilent: () => boolean = () => false, port = 0): Promise<WireServer> {
  return createWireProxy((first, socket) => {
    if (isSilent()) return;
    const target = connect({ host: '127.0.0.1', port: Number(/^CONNECT \S+:(\d+) /.exec(first)?.[1]) });
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    join(socket, target);
  }, port);
}

/** Connects two sockets with each other. */
export function join(one: Socket, other: Socket): void {
  one.on('error', () => other.destroy());
  other.on('error', () => one.destroy());
  one.on('close', () => other.destroy());
  other.on('close', () => one.destroy());
  one.pipe(other);
  other.pipe(one);
}

async function listen(server: Server, asked: readonly string[], port = 0): Promise<WireServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    asked,
    get openSockets() {
      return sockets.size;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
