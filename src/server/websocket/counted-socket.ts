import { WebSocket } from 'ws';
import type { Clock } from '../../base/clock.ts';

/** A socket that counts its messages of the current second. */
export class CountedSocket extends WebSocket {
  /** Start of the current second, epoch ms. */
  secondAt = 0;
  /** Messages that begin or end an operation. */
  operations = 0;
  /** All other messages. */
  messages = 0;
  /** The length of the message that is being handled, in characters. */
  messageLength = 0;
}

export interface MessageRates {
  /** The maximum number of messages per second that begin or end an operation. */
  readonly operations: number;
  /** The maximum number of other messages per second. */
  readonly messages: number;
}

/** Limits the messages of each socket per second. It needs only a few numbers for each socket, and no timer. */
export class MessageRate {
  readonly #clock: Clock;
  readonly #max: MessageRates;

  constructor(clock: Clock, max: MessageRates) {
    this.#clock = clock;
    this.#max = max;
  }

  /** Counts a message that does not concern an operation. True if it exceeds the limit. */
  exceeds(socket: CountedSocket): boolean {
    this.#begin(socket);
    socket.messages += 1;
    return socket.messages > this.#max.messages;
  }

  /**
   * Counts a message that begins or ends an operation, and returns 0. If the message exceeds the limit, counts nothing
   * and returns how long it must wait, in ms.
   */
  take(socket: CountedSocket): number {
    const sinceMs = this.#begin(socket);
    if (socket.operations >= this.#max.operations) return 1000 - sinceMs;
    socket.operations += 1;
    return 0;
  }

  /** Begins a new second if the last is over; returns how long ago the current one began, in ms. */
  #begin(socket: CountedSocket): number {
    // The system clock can have been set back.
    const sinceMs = this.#clock.now() - socket.secondAt;
    if (sinceMs >= 0 && sinceMs < 1000) return sinceMs;
    socket.secondAt += sinceMs;
    socket.operations = 0;
    socket.messages = 0;
    return 0;
  }
}
