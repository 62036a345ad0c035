import { WebSocket } from 'ws';
import type { Clock } from '../../base/clock.ts';

/** A socket with what came over it in the second that began last. */
export class CountedSocket extends WebSocket {
  secondAt = 0;
  /** Messages that begin or end an operation. */
  operations = 0;
  /** All others. */
  messages = 0;
  /** How many characters the message has that is being handled. */
  messageLength = 0;
}

export interface MessageRates {
  /** How many messages in a second may begin or end an operation. */
  readonly operations: number;
  /** How many others there may be. */
  readonly messages: number;
}

/** Tells who sends more messages in a second than there may be: a few numbers a socket, and no timer. */
export class MessageRate {
  readonly #clock: Clock;
  readonly #most: MessageRates;

  constructor(clock: Clock, most: MessageRates) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Counts one message more that has nothing to do with an operation; true where it is one too many. */
  exceeds(socket: CountedSocket): boolean {
    this.#begin(socket);
    socket.messages += 1;
    return socket.messages > this.#most.messages;
  }

  /**
   * Counts one message more that begins or ends an operation, and returns 0; where it is one too many, it counts nothing,
   * and returns how long it must wait, in ms.
   */
  take(socket: CountedSocket): number {
    const sinceMs = this.#begin(socket);
    if (socket.operations >= this.#most.operations) return 1000 - sinceMs;
    socket.operations += 1;
    return 0;
  }

  /** Begins another second where the last is over; returns how long ago this one began, in ms. */
  #begin(socket: CountedSocket): number {
    // The computer's clock may be set back, too.
    const sinceMs = this.#clock.now() - socket.secondAt;
    if (sinceMs >= 0 && sinceMs < 1000) return sinceMs;
    socket.secondAt += sinceMs;
    socket.operations = 0;
    socket.messages = 0;
    return 0;
  }
}
