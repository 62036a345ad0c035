import PQueue from 'p-queue';
import type { Clock } from '../../base/clock.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { CallSubject } from './errors.ts';
import type { ThrottleGauge } from './throttle.ts';

export interface CallQueuesOptions {
  readonly exchange: string;
  readonly clock: Clock;
  /** How many calls of one queue may run in parallel. */
  readonly concurrency: number;
  /** How many more calls may wait in one queue. */
  readonly maxWaiting: number;
  /** The longest time that a call waits for its turn, in ms. */
  readonly timeoutMs: number;
  readonly throttle: Pick<ThrottleGauge, 'paceMs'>;
  /** How many running calls of a queue have passed ccxt's throttle, and no longer delay other calls; 0 by default. */
  readonly sent?: (queue: string) => number;
}

/** As p-queue counts them. */
const priorities = { normal: 0, low: -1 } as const;

/** A call that waits for its turn. */
interface Waiting {
  readonly subject: CallSubject;
  readonly queue: string;
  /** Aborted with the error that the call is refused with. */
  readonly refusal: AbortController;
}

/** The pace is only an average, so a call is accepted only if its expected wait is within this share of the timeout. */
const likelyShare = 3 / 4;

/** How long a call of low priority lets later calls pass, in ms. Then it waits like any other. */
const yieldMs = 1000;

/** The shortest `retryAfterMs` of a call that finds its queue full. */
const minRetryMs = 1000;

/**
 * The queues of calls to one exchange, by name: one for each kind of market, so that calls of one kind that hang do not
 * block those of another. Each queue runs a limited number of calls, lets a limited number wait, and refuses a call
 * with OVERLOADED when its turn would come too late. ccxt's own throttle, which all calls share, cannot do this: it has
 * no limit, and a call cannot leave it.
 */
export class CallQueues {
  readonly #options: CallQueuesOptions;
  readonly #queues = new Map<string, PQueue>();
  readonly #waiting = new Set<Waiting>();
  #lastId = 0;

  constructor(options: CallQueuesOptions) {
    this.#options = options;
  }

  /** How many calls wait, in all queues. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** How many calls run, in all queues. */
  get running(): number {
    let running = 0;
    for (const queue of this.#queues.values()) running += queue.pending;
    return running;
  }

  /**
   * Waits for the turn of a call; returns a function that ends it. Rejects with OVERLOADED: immediately when the queue is
   * full or the turn is likely to come too late, later when it has not come in time. Rejects with the error of
   * `refuseWaiting` too. A call of low priority lets others pass, for a limited time.
   */
  async enter(subject: CallSubject, queue = '', priority: 'normal' | 'low' = 'normal'): Promise<() => void> {
    const { clock, timeoutMs } = this.#options;
    this.#requireRoom(subject, queue);
    const waiting: Waiting = { subject, queue, refusal: new AbortController() };
    this.#waiting.add(waiting);
    const cancel = clock.after(timeoutMs, () => waiting.refusal.abort(this.tooLate(subject, queue)));
    this.#lastId += 1;
    const id = String(this.#lastId);
    const raise = (): void => {
      if (this.#waiting.has(waiting)) this.#queueOf(queue).setPriority(id, priorities.normal);
    };
    const cancelRaise = priority === 'low' ? clock.after(yieldMs, raise) : () => {};
    return new Promise((resolve, reject) => {
      const stopWaiting = (): void => {
        cancel();
        cancelRaise();
        this.#waiting.delete(waiting);
      };
      const run = (): Promise<void> =>
        new Promise((end) => {
          stopWaiting();
          resolve(end);
        });
      this.#queueOf(queue)
        .add(run, { id, priority: priorities[priority], signal: waiting.refusal.signal })
        .catch((refusal: unknown) => {
          stopWaiting();
          reject(refusal);
        });
    });
  }

  /** Refuses all calls that wait, or those of the queues and subjects that `matches` selects. */
  refuseWaiting(
    toError: (subject: CallSubject) => MarketDataError,
    matches: (queue: string, subject: CallSubject) => boolean = () => true,
  ): void {
    for (const { subject, queue, refusal } of [...this.#waiting]) {
      if (matches(queue, subject)) refusal.abort(toError(subject));
    }
  }

  /** OVERLOADED, for a call whose turn has not come in time. */
  tooLate(subject: CallSubject, queue = ''): MarketDataError {
    const { exchange, timeoutMs } = this.#options;
    const message = `${exchange} has more calls waiting on this server than it accepts within ${timeoutMs} ms; try again in a moment.`;
    const retryAfterMs = Math.ceil(Math.max(minRetryMs, this.#waitMs(queue) - timeoutMs * likelyShare));
    return new MarketDataError('OVERLOADED', message, { ...subject, retryAfterMs });
  }

  #queueOf(name: string): PQueue {
    let queue = this.#queues.get(name);
    if (!queue) {
      queue = new PQueue({ concurrency: this.#options.concurrency });
      this.#queues.set(name, queue);
    }
    return queue;
  }

  #requireRoom(subject: CallSubject, queue: string): void {
    const { exchange, maxWaiting, timeoutMs, throttle } = this.#options;
    const waiting = this.#countWaiting(queue);
    if (waiting >= maxWaiting) {
      const calls = waiting === 1 ? '1 call' : `${waiting} calls`;
      const message = `${exchange} already has ${calls} waiting on this server, which is the maximum; try again in a moment.`;
      const retryAfterMs = Math.ceil(Math.max(minRetryMs, throttle.paceMs));
      throw new MarketDataError('OVERLOADED', message, { ...subject, retryAfterMs });
    }
    if (this.#waitMs(queue) > timeoutMs * likelyShare) throw this.tooLate(subject, queue);
  }

  /**
   * How long a call that comes now will wait for its turn at the exchange's pace, in ms. The throttle takes calls of
   * all queues in turn. So of each other queue, at most as many calls are ahead as of this one, and one more, even if
   * that queue is longer because its calls hang.
   */
  #waitMs(queue: string): number {
    const own = this.#countUnsent(queue);
    let ahead = own;
    for (const other of this.#queues.keys()) {
      if (other !== queue) ahead += Math.min(this.#countUnsent(other), own + 1);
    }
    return ahead * this.#options.throttle.paceMs;
  }

  /** How many calls of a queue have not sent a request yet. */
  #countUnsent(queue: string): number {
    const { sent = () => 0 } = this.#options;
    return this.#countWaiting(queue) + (this.#queues.get(queue)?.pending ?? 0) - sent(queue);
  }

  #countWaiting(queue: string): number {
    let count = 0;
    for (const call of this.#waiting) if (call.queue === queue) count += 1;
    return count;
  }
}
