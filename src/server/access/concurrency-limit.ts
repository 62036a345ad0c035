import { isLoopback } from './address.ts';

/** The scope of a limit: one address, or all clients together. */
export type LimitScope = 'address' | 'total';

export interface ConcurrencyLimitOptions {
  /** The maximum for all clients together. */
  readonly max: number;
  /** The maximum for one address. */
  readonly maxPerAddress: number;
  /** Whether the limit per address applies to this machine too, where load tests and unconfigured proxies run. */
  readonly limitsLoopback: boolean;
}

/** Limits how many of something are open, per address and in total. An address without any is forgotten. */
export class ConcurrencyLimit {
  readonly #options: ConcurrencyLimitOptions;
  readonly #countByAddress = new Map<string, number>();
  #total = 0;

  constructor(options: ConcurrencyLimitOptions) {
    this.#options = options;
  }

  /** Total number that are open. */
  get total(): number {
    return this.#total;
  }

  /** Number of addresses that have at least one open. */
  get addresses(): number {
    return this.#countByAddress.size;
  }

  /** The maximum number of a scope. */
  maxOf(scope: LimitScope): number {
    return scope === 'address' ? this.#options.maxPerAddress : this.#options.max;
  }

  /**
   * Counts one for an address, which must be released once. If a limit is reached, returns its scope and counts
   * nothing.
   */
  take(address: string): LimitScope | null {
    const { max, maxPerAddress, limitsLoopback } = this.#options;
    const count = this.#countByAddress.get(address) ?? 0;
    if (count >= maxPerAddress && (limitsLoopback || !isLoopback(address))) return 'address';
    if (this.#total >= max) return 'total';
    this.#countByAddress.set(address, count + 1);
    this.#total += 1;
    return null;
  }

  /** Releases one. */
  release(address: string): void {
    const count = this.#countByAddress.get(address) ?? 0;
    if (count > 1) this.#countByAddress.set(address, count - 1);
    else this.#countByAddress.delete(address);
    this.#total -= 1;
  }
}
