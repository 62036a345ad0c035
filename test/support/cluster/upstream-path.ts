import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** The way from one instance to a stand-in, which shows what that instance does there. */
export interface UpstreamPath {
  readonly port: number;
  /** HTTP requests so far, without handshakes. */
  readonly calls: number;
  /** The WebSockets that are open now. */
  readonly streams: number;
  close(): Promise<void>;
}

/** Opens one on loopback, to a server there. It counts a packet that begins with a request line as a request. */
export async function openUpstreamPath(behind: number): Promise<UpstreamPath> {
  const sockets = new Set<Socket>();
  const streams = new Set<Socket>();
  let calls = 0;

  function forward(socket: Socket): void {
    const target = connect({ host: '127.0.0.1', port: behind, noDelay: true });
    for (const each of [socket, target]) {
      sockets.add(each);
      each.on('error', () => {});
      each.on('close', () => sockets.delete(each));
    }
    socket.on('close', () => {
      streams.delete(socket);
      target.destroy();
    });
    target.on('close', () => socket.destroy());
    socket.on('data', (chunk) => {
      if (streams.has(socket) || !/^(GET|POST) /.test(chunk.toString('latin1', 0, 5))) return;
      if (/^upgrade: websocket/im.test(chunk.toString('latin1'))) streams.add(socket);
      else calls += 1;
    });
    socket.pipe(target);
    target.pipe(socket);
  }

  const server = createServer({ noDelay: true }, forward);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    get calls() {
      return calls;
    },
    get streams() {
      return streams.size;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
