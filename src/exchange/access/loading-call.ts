import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';
import type { ApiRequest, RequestInterception } from '../http/request-interception.ts';
import type { Attempt } from './attempt.ts';
import type { CallSubject } from './errors.ts';
import type { FailureReader } from './failure-reader.ts';

/** What the loading of an exchange's markets may use of its caller. */
export interface LoadingCall {
  /** Passes every request that the instance itself makes during the operation to `run`, which may send it. */
  during<T>(
    run: (request: ApiRequest, ask: () => Promise<unknown>) => Promise<unknown>,
    operation: () => Promise<T>,
  ): Promise<T>;
  /** Waits a moment before a failed request is retried. Resolves with false when it must not be retried. */
  mayRetry(thrown: unknown): Promise<boolean>;
  /** Turns what a request threw into a MarketDataError. */
  toError(thrown: unknown): MarketDataError;
  /** What that error says about the exchange, as a sentence without a full stop. */
  reasonOf(error: MarketDataError): string;
  /** Reports a failure that does not end the load. */
  reportError(thrown: unknown): void;
  /**
   * Calls back shortly before the callers that wait for the markets give up, or once the load has taken `share` of
   * their deadline. Returns a function that cancels this.
   */
  whenLate(callback: (error: MarketDataError) => void, share?: number): () => void;
  /** How long the host's circuit remains open, in ms. */
  circuitOpenMs(host: string): number;
}

export interface LoadingCallOptions {
  readonly attempt: Attempt;
  readonly exchange: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly requests: RequestInterception;
  readonly failures: FailureReader;
  readonly subject: CallSubject;
  readonly onError: (exchange: string, error: unknown) => void;
  /** Calls `onPause` before it waits. */
  readonly mayRetry: (error: MarketDataError, onPause: () => void) => Promise<boolean>;
  readonly lateError: () => MarketDataError;
  readonly circuitOpenMs: (host: string) => number;
}

/**
 * Once some parts of a market list have come, the load waits for the others until this share of the deadline has
 * passed.
 */
const loadingShare = 9 / 10;

export function createLoadingCall(options: LoadingCallOptions): LoadingCall {
  const { attempt, exchange, clock, timeoutMs, requests, failures, subject, onError } = options;
  const until = clock.now() + timeoutMs;
  const toError = (thrown: unknown): MarketDataError => failures.toError(thrown, subject);
  return {
    during: (run, operation) =>
      requests.during((request, send) => run(request, () => attempt.request(request, send)), operation),
    mayRetry: (thrown) => options.mayRetry(toError(thrown), () => onError(exchange, thrown)),
    toError,
    reasonOf: (error) => failures.reasonOf(error),
    reportError: (thrown) => {
      if (!attempt.isCircuitRefusal(thrown)) onError(exchange, thrown);
    },
    whenLate: (callback, share = loadingShare) => {
      const leftMs = until - clock.now() - timeoutMs * (1 - share);
      return clock.after(Math.max(leftMs, timeoutMs * Math.min(share, 1 / 2)), () => callback(options.lateError()));
    },
    circuitOpenMs: options.circuitOpenMs,
  };
}
