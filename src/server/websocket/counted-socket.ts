import { WebSocket } from 'ws';
import type { Clock } from '../../base/clock.ts';

/** A socket with counts of what came over it in the current second. */
export class CountedSocket extends WebSocket {
  /** When the second began, epoch ms. */
  secondAt = 0;
  /** Messages that begin or end an operation. */
  operations = 0;
  /** All other messages. */
  messages = 0;
  /** The length of the message that is being handled, in characters. */
  messageLength = 0;
}

export interface MessageRates {
  /** How many messages in a second may begin or end an operation. */
  readonly operations: number;
  /** How many others there may be. */
  readonly messages: number;
}

/** Limits the messages of a socket in a second: a few numbers for each socket, and no timer. */
export class MessageRate {
  readonly #clock: Clock;
  readonly #max: MessageRates;

  constructor(clock: Clock, max: MessageRates) {
    this.#clock = clock;
    this.#max = max;
  }

  /** Counts a message that has nothing to do with an operation; true if it is one too many. */
  exceeds(socket: CountedSocket): boolean {
    this.#begin(socket);
    socket.messages += 1;
    return socket.messages > this.#max.messages;
  }

  /**
   * Counts a message that begins or ends an operation, and returns 0; if it is one too many, counts nothing and returns how
   * long the message must wait, in ms.
   */
  take(socket: CountedSocket): number {
    const sinceMs = this.#begin(socket);
    if (socket.operations >= this.#max.operations) return 1000 - sinceMs;
    socket.operations += 1;
    return 0;
  }

  /** Begins a new second if the last is over; returns how long ago the current one began, in ms. */
  #begin(socket: CountedSocket): number {
    // The computer's clock may have been set back.
    const sinceMs = this.#clock.now() - socket.secondAt;
    if (sinceMs >= 0 && sinceMs < 1000) return sinceMs;
    socket.secondAt += sinceMs;
    socket.operations = 0;
    socket.messages = 0;
    return 0;
  }
}
