import PQueue from 'p-queue';
import type { Clock } from '../../base/clock.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { CallSubject } from './errors.ts';
import type { ThrottleGauge } from './throttle.ts';

export interface CallQueueOptions {
  readonly exchange: string;
  readonly clock: Clock;
  /** How many calls of one line may be under way at a time. */
  readonly places: number;
  /** How many more of it may wait for a place. */
  readonly maxWaiting: number;
  /** The longest that a call waits for its turn, in ms. */
  readonly timeoutMs: number;
  readonly throttle: ThrottleGauge;
  /** How many of a line's calls under way are past ccxt's throttle, and keep no other from it; none unless given. */
  readonly sent?: (line: string) => number;
}

/** A call that waits for its place. */
interface Waiting {
  readonly subject: CallSubject;
  readonly line: string;
  /** Aborted with why it is refused. */
  readonly refusal: AbortController;
}

/** A call is let in as long as its turn is likely to come within this share of the longest wait: the pace is an average. */
const likelyShare = 3 / 4;

/** A call that finds its line full may ask again after this time at the earliest, in ms. */
const leastRetryMs = 1000;

/**
 * The lines in front of an exchange, one for each kind of market, so that calls for one that hang keep none for another
 * waiting. In each so many calls are under way, some more wait, and one that would wait in vain is
 * refused with OVERLOADED: ccxt's throttle, which all share, has no end, and whoever is in it cannot leave.
 */
export class CallQueue {
  readonly #options: CallQueueOptions;
  readonly #lines = new Map<string, PQueue>();
  readonly #waiting = new Set<Waiting>();

  constructor(options: CallQueueOptions) {
    this.#options = options;
  }

  /** How many wait for a place, in all lines. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** How many have a place. */
  get running(): number {
    let running = 0;
    for (const line of this.#lines.values()) running += line.pending;
    return running;
  }

  /**
   * Waits for a place; returns what gives it back. Rejects with OVERLOADED: at once when the line is full or the turn is
   * likely to come too late, else when it has not come in time; and with what `refuseWaiting` says.
   */
  async enter(subject: CallSubject, line = ''): Promise<() => void> {
    const { clock, timeoutMs } = this.#options;
    this.#requireRoom(subject, line);
    const waiting: Waiting = { subject, line, refusal: new AbortController() };
    this.#waiting.add(waiting);
    const cancel = clock.after(timeoutMs, () => waiting.refusal.abort(this.tooLate(subject, line)));
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
      this.#queueOf(line)
        .add(occupy, { signal: waiting.refusal.signal })
        .catch((refusal: unknown) => {
          arrive();
          reject(refusal);
        });
    });
  }

  /** Sends away all that wait; or those of the lines and symbols that `isMeant` picks. */
  refuseWaiting(
    toError: (subject: CallSubject) => MarketDataError,
    isMeant: (line: string, subject: CallSubject) => boolean = () => true,
  ): void {
    for (const { subject, line, refusal } of [...this.#waiting]) {
      if (isMeant(line, subject)) refusal.abort(toError(subject));
    }
  }

  /** OVERLOADED, for a call whose turn has not come in time. */
  tooLate(subject: CallSubject, line = ''): MarketDataError {
    const { exchange, timeoutMs } = this.#options;
    const message = `${exchange} has more calls waiting here than it takes within ${timeoutMs} ms; ask again in a moment.`;
    const retryAfterMs = Math.ceil(Math.max(leastRetryMs, this.#waitMs(line) - timeoutMs * likelyShare));
    return new MarketDataError('OVERLOADED', message, { ...subject, retryAfterMs });
  }

  #queueOf(line: string): PQueue {
    let queue = this.#lines.get(line);
    if (!queue) {
      queue = new PQueue({ concurrency: this.#options.places });
      this.#lines.set(line, queue);
    }
    return queue;
  }

  #requireRoom(subject: CallSubject, line: string): void {
    const { exchange, maxWaiting, timeoutMs, throttle } = this.#options;
    const waiting = this.#countWaiting(line);
    if (waiting >= maxWaiting) {
      const calls = waiting === 1 ? '1 call' : `${waiting} calls`;
      const message = `${exchange} has ${calls} waiting here already, which is the most there may be; ask again in a moment.`;
      const retryAfterMs = Math.ceil(Math.max(leastRetryMs, throttle.paceMs));
      throw new MarketDataError('OVERLOADED', message, { ...subject, retryAfterMs });
    }
    if (this.#waitMs(line) > timeoutMs * likelyShare) throw this.tooLate(subject, line);
  }

  /**
   * How long a call that comes now will wait for its turn at the exchange's pace, in ms. The throttle takes calls of all
   * lines in turn, so those of another line are before it as far as they keep up with its own; where they hang, they don't.
   */
  #waitMs(line: string): number {
    const own = this.#unsent(line);
    let ahead = own;
    for (const other of this.#lines.keys()) if (other !== line) ahead += Math.min(this.#unsent(other), own + 1);
    return ahead * this.#options.throttle.paceMs;
  }

  /** How many calls of a line have not sent anything yet. */
  #unsent(line: string): number {
    const { sent = () => 0 } = this.#options;
    return this.#countWaiting(line) + (this.#lines.get(line)?.pending ?? 0) - sent(line);
  }

  #countWaiting(line: string): number {
    let count = 0;
    for (const call of this.#waiting) if (call.line === line) count += 1;
    return count;
  }
}
