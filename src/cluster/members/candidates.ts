import type { LiveInstance } from './lease-store.ts';
import { chooseInstance } from './rendezvous.ts';

/** Which instance should own an exchange. Those that hand their exchanges over, or that may not call it, are left out. */
export class Candidates {
  readonly #instance: string;
  readonly #leaseMs: number;
  #instances: readonly LiveInstance[] = [];

  constructor(instance: string, leaseMs: number) {
    this.#instance = instance;
    this.#leaseMs = leaseMs;
  }

  get names(): readonly string[] {
    return this.#instances.map(({ name }) => name).sort();
  }

  update(instances: readonly LiveInstance[]): void {
    this.#instances = instances;
  }

  /** For an exchange without an owner. An instance that was silent for half a lease may be dead, so it is left out. */
  chooseOwner(exchange: string): string | null {
    return this.#choose(exchange, (instance) => this.#isHeard(instance));
  }

  /**
   * The instance that an exchange of this one should move to; null if it should stay. An instance that has just come may be
   * gone as fast, so exchanges wait until it has lived for two beats, unless this one is leaving.
   */
  chooseSuccessor(exchange: string, isLeaving: boolean): string | null {
    const isProven = ({ name, ageMs }: LiveInstance): boolean => name === this.#instance || ageMs >= this.#leaseMs / 2;
    const chosen = this.#choose(exchange, (instance) => isLeaving || isProven(instance));
    if (chosen === null || chosen === this.#instance) return null;
    return this.#instances.some((instance) => instance.name === chosen && this.#isHeard(instance)) ? chosen : null;
  }

  /** True if another instance may own the exchange, even if it was silent for a moment. */
  hasOther(exchange: string): boolean {
    return this.#instances.some(
      ({ name, isLeaving, exchanges }) =>
        name !== this.#instance && !isLeaving && (exchanges?.includes(exchange) ?? true),
    );
  }

  #isHeard({ silenceMs }: LiveInstance): boolean {
    return silenceMs < this.#leaseMs / 2;
  }

  #choose(exchange: string, isPossible: (instance: LiveInstance) => boolean): string | null {
    const possible = this.#instances.filter(
      (instance) => !instance.isLeaving && (instance.exchanges?.includes(exchange) ?? true) && isPossible(instance),
    );
    return chooseInstance(
      exchange,
      possible.map(({ name }) => name),
    );
  }
}
