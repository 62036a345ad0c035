import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Certificate } from './certificate.ts';

/**
 * A server in front of another one that records which addresses connect to it. With a certificate it speaks TLS to
 * them.
 */
export interface Front {
  readonly port: number;
  /** The addresses that requests came from. */
  readonly requesters: ReadonlySet<string>;
  /** The addresses that WebSockets came from. */
  readonly streamers: ReadonlySet<string>;
  /** Everything that clients sent. */
  readonly received: string;
  close(): Promise<void>;
}

/** Starts one on loopback, in front of a server there. */
export async function createFront(behind: number, certificate: Certificate | null = null): Promise<Front> {
  const requesters = new Set<string>();
  const streamers = new Set<string>();
  const sockets = new Set<Socket>();
  let received = '';

  function take(socket: Socket): void {
    const inner = connect({ host: '127.0.0.1', port: behind });
    for (const each of [socket, inner]) {
      sockets.add(each);
      each.on('close', () => sockets.delete(each));
    }
    socket.on('error', () => inner.destroy());
    inner.on('error', () => socket.destroy());
    socket.once('data', (chunk) => {
      const from = socket.remoteAddress ?? 'nowhere';
      (/^upgrade: websocket/im.test(String(chunk)) ? streamers : requesters).add(from);
    });
    socket.on('data', (chunk) => {
      received += String(chunk);
    });
    socket.pipe(inner);
    inner.pipe(socket);
  }

  const server: Server = certificate ? createTlsServer(certificate, take) : createServer(take);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    requesters,
    streamers,
    get received() {
      return received;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
