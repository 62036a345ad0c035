import type { ServerResponse } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import { staggerMs, toStaggerSize } from './stagger.ts';

/** Answers of these types go on for as long as the client listens. Recognised only if `setHeader` set the type. */
const endless = /^(?:text\/event-stream|multipart\/mixed)/;

/** The answers that are under way. */
export class InFlight {
  readonly #responses = new Set<ServerResponse>();
  #onLeft = (): void => {};

  get count(): number {
    return this.#responses.size;
  }

  add(response: ServerResponse): void {
    this.#responses.add(response);
  }

  /** To be called when an answer has ended. */
  remove(response: ServerResponse): void {
    this.#responses.delete(response);
    this.#onLeft();
  }

  /** Resolves when none is left, or after `limitMs`. Meanwhile event streams are ended: a few at once, many staggered. */
  drain(clock: Clock, limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const size = toStaggerSize(this.count);
      let cancelSweep = (): void => {};
      const sweep = (): void => {
        for (const response of [...this.#responses].filter(isEventStream).slice(0, size)) endStream(response);
        // Again, since an operation that is being executed may become a stream.
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
 * Ends the answer without the event that completes the subscription, after which a client would not come back. It means
 * the same as 1001 on a socket.
 */
function endStream(response: ServerResponse): void {
  // The writer may have an event in hand, which now comes too late.
  response.on('error', () => {});
  response.end();
}
