import type { MarketDataError } from '../../market/errors.ts';

/** Called when polls of an exchange begin to fail, with the error, and when they succeed again, with null. */
export type OnHealth = (exchange: string, error: MarketDataError | null) => void;

/** Which exchanges fail: several polls of one fail together, of which the first to fail and the last to recover are news. */
export class Health {
  readonly #onHealth: OnHealth;
  readonly #onAnswer: (exchange: string) => void;
  /** By exchange, the poll groups whose polls fail. */
  readonly #failing = new Map<string, Set<string>>();

  /** `onAnswer` is called when a poll group succeeds again while others of its exchange still fail. */
  constructor(onHealth: OnHealth, onAnswer: (exchange: string) => void) {
    this.#onHealth = onHealth;
    this.#onAnswer = onAnswer;
  }

  /** Notes how a round of a poll group went. */
  mark(exchange: string, group: string, error: MarketDataError | null): void {
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

  /** Forgets a poll group that is polled no more. */
  forget(exchange: string, group: string): void {
    const failing = this.#failing.get(exchange);
    failing?.delete(group);
    if (failing?.size === 0) this.#failing.delete(exchange);
  }
}
