import type { Exchange } from 'ccxt';
import { ccxtErrors } from '../ccxt/load-ccxt.ts';

type Socket = ReturnType<Exchange['client']>;

/** The readyStates of ws for a socket that is open, and for one that is closing. */
const open = 1;
const closing = 2;

/** The sockets of a ccxt instance. ccxt opens them, and forgets some of them while they are still open. */
export class StreamSockets {
  readonly #exchange: Exchange;
  /** The newest socket of each URL. */
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

  /** True when one of them has failed. */
  get isBroken(): boolean {
    return this.#hasFailed || [...this.#all.values()].some(hasFailed);
  }

  /** Resolves once all sockets so far are connected: with false if one has failed since then. */
  async whenConnected(): Promise<boolean> {
    await Promise.all([...this.#all.values()].map(({ connected }) => connected));
    return !this.isBroken;
  }

  /** Gives sockets back to ccxt that it has forgotten: it forgets an open socket when it cannot fetch a book. */
  restore(): void {
    for (const url of this.#all.keys()) this.#restore(url);
  }

  /** Cuts all connections. */
  terminate(): void {
    for (const { connection } of this.#all.values()) connection?.terminate?.();
  }

  /** From now on ccxt cannot open sockets. It would do so for requests that it has postponed until after `close()`. */
  forbidConnecting(): void {
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
 * Protects the process and the log from three habits of ccxt.
 * - For an invalid URL, ccxt throws in the middle of a watch, whose promise nobody holds at that point. Its rejection,
 *   once the instance is closed, would end the process. Here it becomes an error of the socket, which reaches the
 *   waiting callers.
 * - ccxt drops the promise of a subscription that it sends late, behind its throttle. If the socket has closed
 *   meanwhile, the rejection would end the process. Callers that wait for a message learn of the close in any case.
 * - ccxt would print messages that it cannot parse, with the URL, into our log.
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
