import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';
import type { ApiRequest, RequestInterception } from '../http/request-interception.ts';
import type { Attempt } from './attempt.ts';
import type { CallSubject } from './errors.ts';
import type { FailureReader } from './failure-reader.ts';

/** What listing an exchange's markets may ask of its caller. */
export interface LoadingCall {
  /** Sends the requests that the instance itself makes during the operation through `run`, which may have them sent. */
  during<T>(
    run: (request: ApiRequest, ask: () => Promise<unknown>) => Promise<unknown>,
    operation: () => Promise<T>,
  ): Promise<T>;
  /** Waits a moment before a failed request may be made once more; false when it may not. */
  mayRetry(thrown: unknown): Promise<boolean>;
  /** What a request threw, in our terms. */
  toError(thrown: unknown): MarketDataError;
  /** What that says of the exchange, a sentence without its end. */
  reasonOf(error: MarketDataError): string;
  /** Tells those that watch of a failure that does not end the call. */
  mark(thrown: unknown): void;
  /**
   * Calls back when those that wait for the markets will not do so much longer, or once the load has taken `share` of
   * their deadline; returns what cancels that.
   */
  whenLate(callback: (error: MarketDataError) => void, share?: number): () => void;
  /** How long the host is left alone, in ms. */
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

/** The share of a deadline in which the parts of a list of markets are waited for, once some have come. */
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
    mark: (thrown) => {
      if (!attempt.isRefusal(thrown)) onError(exchange, thrown);
    },
    whenLate: (callback, share = loadingShare) => {
      const leftMs = until - clock.now() - timeoutMs * (1 - share);
      return clock.after(Math.max(leftMs, timeoutMs * Math.min(share, 1 / 2)), () => callback(options.lateError()));
    },
    circuitOpenMs: options.circuitOpenMs,
  };
}
