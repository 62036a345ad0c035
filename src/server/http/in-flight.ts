import type { ServerResponse } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import { staggerMs, toStaggerSize } from './stagger.ts';

/** Media types of answers that continue until the client leaves. Recognised only if `setHeader` has set the type. */
const endless = /^(?:text\/event-stream|multipart\/mixed)/;

/** Where the answers in progress are kept. */
export interface Responses {
  readonly count: number;
  responses(): Iterable<ServerResponse>;
}

/** Drains the answers in progress when the server closes. */
export class InFlight {
  readonly #open: Responses;
  #onLeft = (): void => {};

  constructor(open: Responses) {
    this.#open = open;
  }

  /** Must be called when an answer has ended. */
  recordEnd(): void {
    this.#onLeft();
  }

  /**
   * Resolves when no answer is left, or after `limitMs`. Ends event streams meanwhile: a few at once, many staggered.
   */
  drain(clock: Clock, limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const size = toStaggerSize(this.#open.count);
      let cancelSweep = (): void => {};
      const sweep = (): void => {
        for (const response of [...this.#open.responses()].filter(isEventStream).slice(0, size)) endStream(response);
        // Repeated, because an operation in execution can become a stream later.
        cancelSweep = clock.after(staggerMs, sweep);
      };
      const cancelLimit = clock.after(limitMs, () => finish());
      const finish = (): void => {
        cancelSweep();
        cancelLimit();
        resolve();
      };
      this.#onLeft = () => {
        if (this.#open.count === 0) finish();
      };
      for (const response of this.#open.responses()) response.shouldKeepAlive = false;
      sweep();
      this.#onLeft();
    });
  }
}

function isEventStream(response: ServerResponse): boolean {
  return response.headersSent && !response.writableEnded && endless.test(String(response.getHeader('content-type')));
}

/**
 * Ends the answer without the event that completes the subscription: after that event, clients would not reconnect.
 * This has the same meaning as close code 1001 on a socket.
 */
function endStream(response: ServerResponse): void {
  // The writer can have an event that it has not written yet, which is too late now.
  response.on('error', () => {});
  response.end();
}
