import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HandleRequest } from '../doors/graphql-http.ts';

/** How many requests of one connection may wait: clients that send ahead at all send a few. */
const maxWaiting = 100;

/** What goes on in one connection. */
interface Line {
  isBusy: boolean;
  /** What begins when the answers before it are sent; null until something waits. */
  waiting: (() => void)[] | null;
}

/**
 * Handles the requests of one connection one after another, in which order alone they can be answered. A client that
 * sends hundreds ahead and reads nothing would have all of their answers in memory, and Node tells nothing of those that
 * are still to be sent when their connection closes.
 */
export class PipelineQueue {
  readonly #lines = new WeakMap<Socket, Line>();
  readonly #handle: HandleRequest;
  // One listener for all responses, since there are many.
  readonly #onClose: (this: ServerResponse) => void;

  /** `handle` answers a request, and `onClosed` is called when that has come to its end. */
  constructor(handle: HandleRequest, onClosed: (response: ServerResponse) => void) {
    this.#handle = handle;
    const next = (socket: Socket): void => this.#next(socket);
    this.#onClose = function () {
      onClosed(this);
      next(this.req.socket);
    };
  }

  /** Handles a request once those before it are answered; never where its connection has closed by then. */
  take(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const line = this.#lines.get(socket);
    if (!line) {
      this.#lines.set(socket, { isBusy: true, waiting: null });
      this.#start(request, response);
    } else if (!line.isBusy) {
      line.isBusy = true;
      this.#start(request, response);
    } else {
      line.waiting ??= [];
      if (line.waiting.length < maxWaiting) line.waiting.push(() => this.#start(request, response));
      else socket.destroy();
    }
  }

  /** Calls back once all requests that were taken of a connection are answered; never where it closes first. */
  whenAnswered(socket: Socket, callback: () => void): void {
    const line = this.#lines.get(socket);
    if (!line?.isBusy) {
      callback();
      return;
    }
    line.waiting ??= [];
    line.waiting.push(() => {
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
    const line = this.#lines.get(socket);
    const next = line?.waiting?.shift();
    if (next) next();
    else if (line) line.isBusy = false;
  }
}
