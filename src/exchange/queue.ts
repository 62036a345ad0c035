import PQueue from 'p-queue';
import type { Clock } from '../market/clock.ts';
import { MarketDataError } from '../market/error.ts';
import type { CallSubject } from './errors.ts';
import type { ThrottleGauge } from './throttle.ts';

export interface CallQueueOptions {
  readonly exchange: string;
  readonly clock: Clock;
  /** How many calls may be under way at a time. */
  readonly places: number;
  /** How many more may wait for a place. */
  readonly maxWaiting: number;
  /** Deadline of a call, its wait here included, in ms. */
  readonly timeoutMs: number;
  readonly throttle: ThrottleGauge;
}

/** A call that waits for its place. */
interface Waiting {
  readonly subject: CallSubject;
  /** Aborted with why it is refused. */
  readonly refusal: AbortController;
}

/** The part of a deadline that is left for the answer of a call whose turn comes late. */
const answerShare = 1 / 4;

/**
 * The line in front of an exchange: so many calls are under way, some more wait, and who would wait in vain is refused
 * with OVERLOADED. ccxt's own queue has no end, and whoever is in it cannot leave.
 */
export class CallQueue {
  readonly #options: CallQueueOptions;
  readonly #queue: PQueue;
  readonly #waiting = new Set<Waiting>();

  constructor(options: CallQueueOptions) {
    this.#options = options;
    this.#queue = new PQueue({ concurrency: options.places });
  }

  /** How many wait for a place. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** How many have a place. */
  get running(): number {
    return this.#queue.pending;
  }

  /**
   * Waits for a place; returns what gives it back. Rejects with OVERLOADED: at once when the queue is full or the turn
   * would come too late to be answered, else when the deadline has passed; and with what `refuseWaiting` says.
   */
  async enter(subject: CallSubject): Promise<() => void> {
    const { clock, timeoutMs } = this.#options;
    this.#requireRoom(subject);
    const waiting: Waiting = { subject, refusal: new AbortController() };
    this.#waiting.add(waiting);
    const cancel = clock.after(timeoutMs, () => waiting.refusal.abort(this.#tooLate(subject)));
    return new Promise((resolve, reject) => {
      const arrive = (): void => {
        cancel();
        this.#waiting.delete(waiting);
      };
      const occupy = (): Promise<void> =>
        new Promise((leave) => {
          arrive();
          resolve(leave);
        });
      this.#queue.add(occupy, { signal: waiting.refusal.signal }).catch((refusal: unknown) => {
        arrive();
        reject(refusal);
      });
    });
  }

  /** Sends away all who wait. */
  refuseWaiting(toError: (subject: CallSubject) => MarketDataError): void {
    for (const { subject, refusal } of [...this.#waiting]) refusal.abort(toError(subject));
  }

  #requireRoom(subject: CallSubject): void {
    const { exchange, maxWaiting, timeoutMs, throttle } = this.#options;
    const waiting = this.#waiting.size;
    if (waiting >= maxWaiting) {
      const calls = waiting === 1 ? '1 call' : `${waiting} calls`;
      const message = `${exchange} has ${calls} waiting here already, which is the most there may be; ask again in a moment.`;
      throw new MarketDataError('OVERLOADED', message, { ...subject });
    }
    // Some under way may be past the throttle already, which nobody tells: by those it is a little too careful.
    const ahead = waiting + this.#queue.pending;
    if (ahead * throttle.paceMs > timeoutMs * (1 - answerShare)) throw this.#tooLate(subject);
  }

  #tooLate(subject: CallSubject): MarketDataError {
    const { exchange, timeoutMs } = this.#options;
    const message = `${exchange} has more calls waiting here than it takes within ${timeoutMs} ms; ask again in a moment.`;
    return new MarketDataError('OVERLOADED', message, { ...subject });
  }
}
