import type { MarketDataError } from '../../market/errors.ts';

/** Called when polls of an exchange begin to fail, with the error, and when all succeed again, with null. */
export type OnHealth = (exchange: string, error: MarketDataError | null) => void;

/**
 * Knows which exchanges fail. Poll groups of one exchange fail together: the first failure and the last recovery are
 * reported.
 */
export class ExchangeHealth {
  readonly #onHealth: OnHealth;
  readonly #onAnswer: (exchange: string) => void;
  /** The poll groups whose rounds fail, by exchange. */
  readonly #failing = new Map<string, Set<string>>();

  /** `onAnswer` is called when a poll group succeeds again while others of its exchange still fail. */
  constructor(onHealth: OnHealth, onAnswer: (exchange: string) => void) {
    this.#onHealth = onHealth;
    this.#onAnswer = onAnswer;
  }

  /** Called when a round of a poll group has ended, with an error if it failed. */
  onRound(exchange: string, group: string, error: MarketDataError | null): void {
    const failing = this.#failing.get(exchange);
    if (error) {
      this.#failing.set(exchange, (failing ?? new Set()).add(group));
      if (!failing) this.#onHealth(exchange, error);
    } else if (failing?.has(group)) {
      this.forget(exchange, group);
      if (this.#failing.has(exchange)) this.#onAnswer(exchange);
      else this.#onHealth(exchange, null);
    }
  }

  /** Called when a poll group has ended, failing or not. */
  forget(exchange: string, group: string): void {
    const failing = this.#failing.get(exchange);
    failing?.delete(group);
    if (failing?.size === 0) this.#failing.delete(exchange);
  }
}
