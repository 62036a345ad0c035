import type { Exchange } from 'ccxt';
import { type Clock, sleep } from '../../base/clock.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { MarketKind } from '../ccxt/market-kinds.ts';
import type { FailureLookup } from '../http/http-guard.ts';
import { DescriptorsError } from '../http/opening-error.ts';
import type { RequestInterception } from '../http/request-interception.ts';
import { Attempt, type AttemptOptions, type HealthSignal } from './attempt.ts';
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
  /** Aborted when no further call is made. */
  readonly closing: AbortSignal;
}

/** Calls a method of ccxt. `attempt` shows whether a request has been sent. */
export type Operation<T> = (exchange: Exchange, attempt: Pick<Attempt, 'hasSent'>) => Promise<T>;

export interface CcxtCall<T> {
  readonly operation: Operation<T>;
  readonly subject: CallSubject;
}

/** The pause before a retry, in ms: at least the first, less than the second. */
const retryPauseMs = [100, 300] as const;

/** A retry needs at least this share of the deadline; with less it would probably time out. */
const retryShare = 1 / 2;

/**
 * The attempts at calls to one exchange. Each attempt reports its result to the circuits and the listeners. After a
 * transient failure of an otherwise healthy exchange, a call is attempted once more.
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
    permit: HostPermit | null,
    listeners: Pick<AttemptOptions, 'onWait' | 'onSend'> = {},
  ): Attempt {
    const { circuits } = this.#options;
    const signalOf = (thrown: unknown): HealthSignal => this.signalOf(this.failures.toError(thrown, subject));
    return new Attempt({ circuits, subject, kind, permit, signalOf, ...listeners });
  }

  /** Makes a call, and retries it once after a transient failure. `until` is its deadline, epoch ms. */
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
      const retry = start(false);
      return this.run(() => operation(requests.through(retry.request), retry), subject, retry);
    }
  }

  /** Runs an attempt and reports its result. Rejects with a MarketDataError about the subject. */
  async run<T>(operation: () => Promise<T>, subject: CallSubject, attempt: Attempt): Promise<T> {
    const { exchange, clock, onError } = this.#options;
    const startedAt = clock.now();
    const end = (signal: HealthSignal, outcome: CallOutcome): void => {
      if (attempt.isOver) return;
      attempt.end(signal);
      this.report(outcome, clock.now() - startedAt, attempt.hosts);
    };
    try {
      const answer = await operation();
      end('answered', 'ok');
      return answer;
    } catch (thrown) {
      const error = this.failures.toError(thrown, subject);
      if (attempt.isCircuitRefusal(thrown)) end('inconclusive', 'CIRCUIT_OPEN');
      else {
        onError(exchange, thrown);
        end(this.signalOf(error), toOutcome(error));
      }
      throw error;
    }
  }

  /**
   * Waits a moment before a failed call is retried. Resolves with false when it must not be retried. `until` is the
   * deadline of the call, epoch ms; `onPause` is called before the wait.
   */
  async mayRetry(error: unknown, attempt: Attempt, until: number, onPause = (): void => {}): Promise<boolean> {
    const { clock, random, timeoutMs, closing } = this.#options;
    if (!(error instanceof MarketDataError) || !this.failures.isTransient(error)) return false;
    const [minMs, maxMs] = retryPauseMs;
    const pauseMs = minMs + (maxMs - minMs) * random();
    const leftMs = until - clock.now() - pauseMs;
    if (!attempt.isHealthy || leftMs < timeoutMs * retryShare) return false;
    onPause();
    await sleep(clock, pauseMs, closing);
    return attempt.isHealthy && !closing.aborted;
  }

  /**
   * The signal of a failure for the circuits. When this server cuts off a call because it stops, the signal is
   * inconclusive.
   */
  signalOf(error: MarketDataError): HealthSignal {
    return this.#options.closing.aborted ? 'inconclusive' : this.failures.signalOf(error);
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
