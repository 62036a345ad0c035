import { MarketDataError } from '../../market/errors.ts';
import type { FailureLookup } from '../http/http-guard.ts';
import type { Meaning } from './attempt.ts';
import { type CallSubject, isTransient, meaningOf, reasonOf, toMarketDataError } from './errors.ts';

/** What the failures of one exchange's calls mean, with the HTTP answers behind them. */
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

  /** What an error says of the exchange, a sentence without its end. */
  reasonOf(error: MarketDataError): string {
    const { cause } = error.details;
    // What a circuit refuses with has the error that opened it as its cause.
    if (cause instanceof MarketDataError) return this.reasonOf(cause);
    return reasonOf(this.#exchange, error, this.#failureOf(cause));
  }

  /** What a failure tells the circuits. */
  meaningOf(error: MarketDataError): Meaning {
    const http = this.#failureOf(error.details.cause);
    const meaning = meaningOf(error, http);
    if (meaning !== 'failed') return meaning;
    return { error, reason: this.reasonOf(error), status: http?.status ?? null };
  }

  isTransient(error: MarketDataError): boolean {
    return isTransient(error, this.#failureOf(error.details.cause));
  }
}
