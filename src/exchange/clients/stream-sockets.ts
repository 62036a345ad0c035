import type { Exchange } from 'ccxt';
import { ccxtErrors } from '../ccxt/load-ccxt.ts';

type Socket = ReturnType<Exchange['client']>;

/** ws's readyStates of a socket that is open, and of one that will not be any more. */
const open = 1;
const closing = 2;

/** The sockets of a ccxt instance: ccxt opens them, and loses sight of some that stay open. */
export class StreamSockets {
  readonly #exchange: Exchange;
  /** By address, the newest. */
  readonly #all = new Map<string, Socket>();
  #hasFailed = false;
  #isClosed = false;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
    const dial = exchange.client.bind(exchange);
    exchange.client = (url) => {
      if (this.#isClosed) throw new ccxtErrors.ExchangeClosedByUser(`${exchange.id} no longer streams`);
      if (url === undefined) return dial(url);
      this.#restore(url);
      const socket = dial(url);
      const before = this.#all.get(url);
      if (before === socket) return socket;
      if (before) {
        this.#hasFailed = true;
        before.connection?.terminate?.();
      }
      this.#all.set(url, socket);
      guard(socket);
      return socket;
    };
  }

  /** True when one has failed. */
  get isBroken(): boolean {
    return this.#hasFailed || [...this.#all.values()].some(hasFailed);
  }

  /** Gives ccxt back what it has lost sight of: it forgets a socket, open as it is, when it cannot fetch a book. */
  restore(): void {
    for (const url of this.#all.keys()) this.#restore(url);
  }

  /** Cuts them all. */
  terminate(): void {
    for (const { connection } of this.#all.values()) connection?.terminate?.();
  }

  /** ccxt dials no more; it would for what it had put off until after `close()`. */
  forbid(): void {
    this.#isClosed = true;
  }

  #restore(url: string): void {
    const { clients } = this.#exchange;
    const socket = this.#all.get(url);
    if (
      clients &&
      socket &&
      clients[url] === undefined &&
      socket.connection?.readyState === open &&
      !hasFailed(socket)
    ) {
      clients[url] = socket;
    }
  }
}

function hasFailed({ error, connection }: Socket): boolean {
  return Boolean(error) || (connection?.readyState ?? 0) >= closing;
}

/**
 * Where an address is none, ccxt throws in the midst of a watch, whose promise nobody has by then: its rejection, once the
 * instance is closed, would end the process. As an error of the socket it goes to who waits.
 *
 * ccxt leaves the promise of a subscription that it sends late, behind its throttle, to nobody: where the socket has
 * closed meanwhile, its rejection would end the process. Who waits for a message is told by the close in any case. What
 * it cannot parse it would print, with the address, among our log.
 */
function guard(socket: Socket): void {
  const send = socket.send.bind(socket);
  socket.send = (message) => {
    const sent = send(message);
    sent.catch(() => {});
    return sent;
  };
  const connect = socket.connect.bind(socket);
  socket.connect = (delayMs) => {
    try {
      return connect(delayMs);
    } catch (error) {
      socket.onError(error);
      return socket.connected;
    }
  };
  socket.log = () => {};
}
