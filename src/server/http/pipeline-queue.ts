import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HandleRequest } from './handle-request.ts';

/** How many requests of one connection can wait. Clients that use pipelining send only a few requests ahead. */
const maxWaiting = 100;

interface ConnectionState {
  isBusy: boolean;
  /** The work that begins once the earlier answers are sent; null until something waits. */
  waiting: (() => void)[] | null;
}

/**
 * Handles the requests of one connection one after another, because they can only be answered in that order. Otherwise,
 * a client that sends hundreds of requests ahead and reads nothing would fill the memory with answers. Also, Node does
 * not report which answers were not sent when the connection closes.
 */
export class PipelineQueue {
  readonly #connections = new WeakMap<Socket, ConnectionState>();
  readonly #handle: HandleRequest;
  // One listener for all responses, because there are many.
  readonly #onClose: (this: ServerResponse) => void;

  /** `handle` answers a request, and `onClosed` is called when the answer has ended. */
  constructor(handle: HandleRequest, onClosed: (response: ServerResponse) => void) {
    this.#handle = handle;
    const next = (socket: Socket): void => this.#next(socket);
    this.#onClose = function () {
      onClosed(this);
      next(this.req.socket);
    };
  }

  /** Handles a request once the earlier ones are answered; never if the connection has closed by then. */
  take(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const connection = this.#connections.get(socket);
    if (!connection) {
      this.#connections.set(socket, { isBusy: true, waiting: null });
      this.#start(request, response);
    } else if (!connection.isBusy) {
      connection.isBusy = true;
      this.#start(request, response);
    } else {
      connection.waiting ??= [];
      if (connection.waiting.length < maxWaiting) connection.waiting.push(() => this.#start(request, response));
      else socket.destroy();
    }
  }

  /** Calls back once all earlier requests of a connection are answered; never if it closes first. */
  whenAnswered(socket: Socket, callback: () => void): void {
    const connection = this.#connections.get(socket);
    if (!connection?.isBusy) {
      callback();
      return;
    }
    connection.waiting ??= [];
    connection.waiting.push(() => {
      this.#next(socket);
      callback();
    });
  }

  #start(request: IncomingMessage, response: ServerResponse): void {
    if (request.socket.destroyed) return;
    response.on('close', this.#onClose);
    this.#handle(request, response);
  }

  #next(socket: Socket): void {
    const connection = this.#connections.get(socket);
    const next = connection?.waiting?.shift();
    if (next) next();
    else if (connection) connection.isBusy = false;
  }
}
