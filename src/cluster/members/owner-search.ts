import type { Clock } from '../../base/clock.ts';
import type { Owner } from './owners.ts';

/** Those who wait for the owner of an exchange. `tryClaim` is called for an exchange while somebody waits for its owner. */
export class OwnerSearch {
  readonly #clock: Clock;
  readonly #ownerOf: (exchange: string) => Owner;
  readonly #tryClaim: (exchange: string) => Promise<void>;
  readonly #waiting = new Map<string, Set<() => void>>();
  /** The exchanges for which a claim is under way. */
  readonly #claiming = new Set<string>();

  constructor(clock: Clock, ownerOf: (exchange: string) => Owner, tryClaim: (exchange: string) => Promise<void>) {
    this.#clock = clock;
    this.#ownerOf = ownerOf;
    this.#tryClaim = tryClaim;
  }

  find(exchange: string, timeoutMs: number): Promise<Owner> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(exchange) ?? new Set();
      const settle = (): void => {
        cancel();
        waiting.delete(settle);
        if (waiting.size === 0 && this.#waiting.get(exchange) === waiting) this.#waiting.delete(exchange);
        resolve(this.#ownerOf(exchange));
      };
      const cancel = this.#clock.after(timeoutMs, settle);
      waiting.add(settle);
      this.#waiting.set(exchange, waiting);
      this.#claim(exchange);
    });
  }

  /** The owner has changed. */
  onChange(exchange: string, owner: Owner): void {
    if (owner.kind === 'none') return;
    for (const settle of [...(this.#waiting.get(exchange) ?? [])]) settle();
  }

  /** Tries again for all that wait. */
  retry(): void {
    for (const exchange of this.#waiting.keys()) this.#claim(exchange);
  }

  close(): void {
    for (const waiting of [...this.#waiting.values()]) for (const settle of [...waiting]) settle();
  }

  #claim(exchange: string): void {
    if (this.#claiming.has(exchange)) return;
    this.#claiming.add(exchange);
    this.#tryClaim(exchange).finally(() => this.#claiming.delete(exchange));
  }
}
