import { WebSocket } from 'ws';
import type { Clock } from '../market/clock.ts';

/** A socket with how many messages came over it in the second that began last. */
export class CountedSocket extends WebSocket {
  secondAt = 0;
  messages = 0;
}

/** Tells who sends more messages in a second than there may be: two numbers a socket, and no timer. */
export class MessageRate {
  readonly #clock: Clock;
  readonly #most: number;

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Counts one message more; true where it is one too many. */
  exceeds(socket: CountedSocket): boolean {
    // The computer's clock may be set back, too.
    const sinceMs = this.#clock.now() - socket.secondAt;
    if (sinceMs < 0 || sinceMs >= 1000) {
      socket.secondAt += sinceMs;
      socket.messages = 0;
    }
    socket.messages += 1;
    return socket.messages > this.#most;
  }
}
