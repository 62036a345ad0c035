import type { ServerResponse } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import { staggerMs, toStaggerSize } from './stagger.ts';

/** Media types of answers that continue until the client leaves. Recognised only if `setHeader` has set the type. */
const endless = /^(?:text\/event-stream|multipart\/mixed)/;

/** The answers in progress. */
export class InFlight {
  readonly #responses = new Set<ServerResponse>();
  #onLeft = (): void => {};

  get count(): number {
    return this.#responses.size;
  }

  add(response: ServerResponse): void {
    this.#responses.add(response);
  }

  /** Must be called when an answer has ended. */
  remove(response: ServerResponse): void {
    this.#responses.delete(response);
    this.#onLeft();
  }

  /**
   * Resolves when no answer is left, or after `limitMs`. Ends event streams meanwhile: a few at once, many staggered.
   */
  drain(clock: Clock, limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const size = toStaggerSize(this.count);
      let cancelSweep = (): void => {};
      const sweep = (): void => {
        for (const response of [...this.#responses].filter(isEventStream).slice(0, size)) endStream(response);
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
        if (this.count === 0) finish();
      };
      for (const response of this.#responses) response.shouldKeepAlive = false;
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
