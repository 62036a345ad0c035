import { MarketDataError } from '../../market/errors.ts';
import type { FailureLookup } from '../http/http-guard.ts';
import type { HealthSignal } from './attempt.ts';
import { type CallSubject, healthOf, isTransient, reasonOf, toMarketDataError } from './errors.ts';

/** Reads the failures of one exchange's calls, together with the HTTP responses behind them. */
export class FailureReader {
  readonly #exchange: string;
  readonly #failureOf: FailureLookup;

  constructor(exchange: string, failureOf: FailureLookup) {
    this.#exchange = exchange;
    this.#failureOf = failureOf;
  }

  toError(thrown: unknown, subject: CallSubject): MarketDataError {
    return toMarketDataError(thrown, subject, this.#failureOf(thrown));
  }

  /** What an error says about the exchange, as a sentence without a full stop. */
  reasonOf(error: MarketDataError): string {
    const { cause } = error.details;
    // The refusal of a circuit has the error that opened the circuit as its cause.
    if (cause instanceof MarketDataError) return this.reasonOf(cause);
    return reasonOf(this.#exchange, error, this.#failureOf(cause));
  }

  /** The signal of a failure for the circuits. */
  signalOf(error: MarketDataError): HealthSignal {
    const http = this.#failureOf(error.details.cause);
    const health = healthOf(error, http);
    if (health !== 'failed') return health;
    return { error, reason: this.reasonOf(error), status: http?.status ?? null };
  }

  isTransient(error: MarketDataError): boolean {
    return isTransient(error, this.#failureOf(error.details.cause));
  }
}
