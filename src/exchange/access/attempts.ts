import type { Exchange } from 'ccxt';
import { type Clock, sleep } from '../../base/clock.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { MarketKind } from '../ccxt/market-kinds.ts';
import type { FailureLookup } from '../http/http-guard.ts';
import { DescriptorsError } from '../http/opening-error.ts';
import type { RequestInterception } from '../http/request-interception.ts';
import { Attempt, type AttemptOptions, type Meaning } from './attempt.ts';
import type { CallerListeners, CallOutcome } from './call-listeners.ts';
import type { Circuits, HostPermit } from './circuits.ts';
import type { CallSubject } from './errors.ts';
import { FailureReader } from './failure-reader.ts';

export interface AttemptsOptions extends Pick<CallerListeners, 'onError' | 'onCall'> {
  readonly exchange: string;
  readonly clock: Clock;
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
  /** Deadline of a call, in ms. */
  readonly timeoutMs: number;
  readonly circuits: Circuits;
  readonly requests: RequestInterception;
  readonly failureOf: FailureLookup;
  /** Aborted when nothing is asked again. */
  readonly closing: AbortSignal;
}

/** A ccxt call: what it asks of the exchange, and what it may know of its requests. */
export type Operation<T> = (exchange: Exchange, attempt: Pick<Attempt, 'hasSent'>) => Promise<T>;

/** What is asked of the exchange. */
export interface CcxtCall<T> {
  readonly operation: Operation<T>;
  readonly subject: CallSubject;
}

/** The pause before a retry, in ms: from the first to less than the second. */
const retryPauseMs = [100, 300] as const;

/** A retry needs at least this share of the deadline, or it would only end as a timeout. */
const retryShare = 1 / 2;

/**
 * The attempts at the calls to one exchange: each tells the circuits and those that watch how it went, and one that fails
 * by a hiccup of an exchange that is well otherwise is made once more.
 */
export class Attempts {
  readonly failures: FailureReader;
  readonly #options: AttemptsOptions;

  constructor(options: AttemptsOptions) {
    this.#options = options;
    this.failures = new FailureReader(options.exchange, options.failureOf);
  }

  start(
    subject: CallSubject,
    kind: MarketKind | null,
    entry: HostPermit | null,
    listeners: Pick<AttemptOptions, 'onWait' | 'onSend'> = {},
  ): Attempt {
    const { circuits } = this.#options;
    const meaningOf = (thrown: unknown): Meaning => this.meaningOf(this.failures.toError(thrown, subject));
    return new Attempt({ circuits, subject, kind, entry, meaningOf, ...listeners });
  }

  /** Asks, and once more after a hiccup. `until` tells when the time is over, epoch ms; nothing is asked once `isLate`. */
  async askWithRetry<T>(
    { operation, subject }: CcxtCall<T>,
    start: (isFirst: boolean) => Attempt,
    { until, isLate }: { readonly until: () => number; readonly isLate: () => boolean },
  ): Promise<T> {
    const { requests } = this.#options;
    const attempt = start(true);
    try {
      return await this.run(() => operation(requests.through(attempt.request), attempt), subject, attempt);
    } catch (error) {
      if (isLate() || !(await this.mayRetry(error, attempt, until())) || isLate()) throw error;
      const again = start(false);
      return this.run(() => operation(requests.through(again.request), again), subject, again);
    }
  }

  /** Runs an attempt and tells how it went. Rejects with a MarketDataError about the subject. */
  async run<T>(operation: () => Promise<T>, subject: CallSubject, attempt: Attempt): Promise<T> {
    const { exchange, clock, onError } = this.#options;
    const startedAt = clock.now();
    const end = (meaning: Meaning, outcome: CallOutcome): void => {
      if (attempt.isOver) return;
      attempt.end(meaning);
      this.report(outcome, clock.now() - startedAt, attempt.hosts);
    };
    try {
      const answer = await operation();
      end('answered', 'ok');
      return answer;
    } catch (thrown) {
      const error = this.failures.toError(thrown, subject);
      if (attempt.isRefusal(thrown)) end('nothing', 'CIRCUIT_OPEN');
      else {
        onError(exchange, thrown);
        end(this.meaningOf(error), toOutcome(error));
      }
      throw error;
    }
  }

  /**
   * Waits a moment before a failed call may be made once more; false when it may not. `until` is when its time is over,
   * epoch ms; `onPause` is called before the wait.
   */
  async mayRetry(error: unknown, attempt: Attempt, until: number, onPause = (): void => {}): Promise<boolean> {
    const { clock, random, timeoutMs, closing } = this.#options;
    if (!(error instanceof MarketDataError) || !this.failures.isTransient(error)) return false;
    const [leastMs, maxMs] = retryPauseMs;
    const pauseMs = leastMs + (maxMs - leastMs) * random();
    const leftMs = until - clock.now() - pauseMs;
    if (!attempt.isCalm || leftMs < timeoutMs * retryShare) return false;
    onPause();
    await sleep(clock, pauseMs, closing);
    return attempt.isCalm && !closing.aborted;
  }

  /** What a failure tells the circuits; what this server cuts off itself when it stops tells nothing of the exchange. */
  meaningOf(error: MarketDataError): Meaning {
    return this.#options.closing.aborted ? 'nothing' : this.failures.meaningOf(error);
  }

  report(outcome: CallOutcome, durationMs: number, hosts: readonly string[]): void {
    const { exchange, onCall, closing } = this.#options;
    if (!closing.aborted) onCall?.(exchange, outcome, durationMs, hosts);
  }

  lateError(subject: CallSubject): MarketDataError {
    const { exchange, timeoutMs } = this.#options;
    return new MarketDataError('TIMEOUT', `${exchange} did not answer within ${timeoutMs} ms.`, { ...subject });
  }
}

function toOutcome({ code, details: { cause } }: MarketDataError): CallOutcome {
  return cause instanceof DescriptorsError ? 'OUT_OF_DESCRIPTORS' : code;
}
