import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP connection to a server on loopback that a test can disturb. It works undisturbed until told otherwise. */
export interface Wire {
  readonly port: number;
  /** Connections that no client has closed. */
  readonly openSockets: number;
  /** Resets all connections, and each new one. */
  cut(): void;
  /** Keeps connections open and accepts new ones, but holds back all bytes, as a broken network does. */
  stall(): void;
  /** Delivers all bytes later, in both directions. */
  delay(ms: number): void;
  /** Works again. Bytes that were held back arrive now. */
  restore(): void;
  close(): Promise<void>;
}

/** One direction of a connection: what happens on one side happens on the other, later and in order. */
class Direction {
  readonly #waiting: { readonly at: number; readonly deliver: () => void }[] = [];
  isStalled = false;

  add(delayMs: number, deliver: () => void): void {
    this.#waiting.push({ at: Date.now() + delayMs, deliver });
    if (delayMs > 0) setTimeout(() => this.flush(), delayMs + 1);
    else this.flush();
  }

  flush(until = Date.now()): void {
    while (!this.isStalled && this.#waiting[0] && this.#waiting[0].at <= until) this.#waiting.shift()?.deliver();
  }
}

export async function startWire(targetPort: number): Promise<Wire> {
  let mode: 'open' | 'cut' | 'stalled' = 'open';
  let delayMs = 0;
  const clients = new Set<Socket>();
  const open = new Set<Socket>();
  const directions = new Set<Direction>();
  const forward = (from: Socket, to: Socket): void => {
    const direction = new Direction();
    direction.isStalled = mode === 'stalled';
    directions.add(direction);
    from.on('data', (chunk) => direction.add(delayMs, () => to.destroyed || to.write(chunk)));
    from.on('end', () => direction.add(delayMs, () => to.destroyed || to.end()));
    from.on('error', () => to.destroy());
    from.on('close', () => direction.add(delayMs, () => to.destroy()));
    to.on('close', () => directions.delete(direction));
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => {});
    if (mode === 'cut') return void socket.resetAndDestroy();
    clients.add(socket);
    open.add(socket);
    socket.on('end', () => open.delete(socket));
    socket.on('close', () => {
      clients.delete(socket);
      open.delete(socket);
    });
    const target = connect({ host: '127.0.0.1', port: targetPort, allowHalfOpen: true, noDelay: true });
    forward(socket, target);
    forward(target, socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const setStalled = (isStalled: boolean): void => {
    for (const direction of directions) direction.isStalled = isStalled;
  };
  const cut = (): void => {
    mode = 'cut';
    setStalled(false);
    for (const socket of clients) socket.resetAndDestroy();
  };
  return {
    port: address.port,
    get openSockets() {
      return open.size;
    },
    cut,
    stall: () => {
      mode = 'stalled';
      setStalled(true);
    },
    delay: (ms) => {
      delayMs = ms;
    },
    restore: () => {
      mode = 'open';
      delayMs = 0;
      setStalled(false);
      for (const direction of directions) direction.flush(Number.POSITIVE_INFINITY);
    },
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
