import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HandleRequest } from './handle-request.ts';

/** How many requests of one connection can wait. Clients that use pipelining send only a few requests ahead. */
const maxWaiting = 100;

interface ConnectionState {
  /** The answer in progress; null while there is none. */
  current: ServerResponse | null;
  /** The work that begins once the earlier answers are sent; null until something waits. */
  waiting: (() => void)[] | null;
}

/**
 * Handles the requests of one connection one after another, because they can only be answered in that order. Otherwise,
 * a client that sends hundreds of requests ahead and reads nothing would fill the memory with answers. Also, Node does
 * not report which answers were not sent when the connection closes.
 */
export class PipelineQueue {
  readonly #connections = new Map<Socket, ConnectionState>();
  readonly #handle: HandleRequest;
  readonly #onAnswered: () => void;
  // One listener for all responses and one for all connections, because there are many.
  readonly #onClose: (this: ServerResponse) => void;
  readonly #onDisconnect: (this: Socket) => void;
  #count = 0;

  /** `handle` answers a request, and `onAnswered` is called when an answer has ended. */
  constructor(handle: HandleRequest, onAnswered: () => void) {
    this.#handle = handle;
    this.#onAnswered = onAnswered;
    const end = (response: ServerResponse): void => this.#end(response);
    this.#onClose = function () {
      end(this);
    };
    const connections = this.#connections;
    this.#onDisconnect = function () {
      connections.delete(this);
    };
  }

  /** Number of answers in progress. */
  get count(): number {
    return this.#count;
  }

  /** The answers in progress. Kept by connection, which costs a request less than adding to a set and removing again. */
  *responses(): Iterable<ServerResponse> {
    for (const { current } of this.#connections.values()) if (current) yield current;
  }

  /** Handles a request once the earlier ones are answered; never if the connection has closed by then. */
  take(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    if (socket.destroyed) return;
    const connection = this.#connections.get(socket) ?? this.#connect(socket);
    if (!connection.current) {
      this.#start(connection, request, response);
      return;
    }
    connection.waiting ??= [];
    if (connection.waiting.length < maxWaiting) {
      connection.waiting.push(() => this.#start(connection, request, response));
    } else socket.destroy();
  }

  /** Calls back once all earlier requests of a connection are answered; never if it closes first. */
  whenAnswered(socket: Socket, callback: () => void): void {
    const connection = this.#connections.get(socket);
    if (!connection?.current) {
      callback();
      return;
    }
    connection.waiting ??= [];
    connection.waiting.push(() => {
      connection.waiting?.shift()?.();
      callback();
    });
  }

  #connect(socket: Socket): ConnectionState {
    const connection: ConnectionState = { current: null, waiting: null };
    this.#connections.set(socket, connection);
    socket.on('close', this.#onDisconnect);
    return connection;
  }

  #start(connection: ConnectionState, request: IncomingMessage, response: ServerResponse): void {
    if (request.socket.destroyed) return;
    connection.current = response;
    this.#count += 1;
    response.on('close', this.#onClose);
    this.#handle(request, response);
  }

  #end({ req }: ServerResponse): void {
    this.#count -= 1;
    // A connection that has closed is forgotten already, with all that waits.
    const connection = this.#connections.get(req.socket);
    if (connection) connection.current = null;
    this.#onAnswered();
    connection?.waiting?.shift()?.();
  }
}
