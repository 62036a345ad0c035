import { isLoopback } from './address.ts';

/** Whose limit it is: that of one address, or that of all clients together. */
export type LimitScope = 'address' | 'total';

export interface ConcurrencyLimitOptions {
  /** How many there may be together. */
  readonly max: number;
  /** How many one address may have. */
  readonly maxPerAddress: number;
  /** Whether the limit per address holds for this machine too, the home of load tests and of proxies not configured. */
  readonly limitsLoopback: boolean;
}

/** Limits how many of something are open at a time, per address and together. An address that has none is forgotten. */
export class ConcurrencyLimit {
  readonly #options: ConcurrencyLimitOptions;
  readonly #countByAddress = new Map<string, number>();
  #total = 0;

  constructor(options: ConcurrencyLimitOptions) {
    this.#options = options;
  }

  /** How many are open together. */
  get total(): number {
    return this.#total;
  }

  /** How many addresses have one open. */
  get addresses(): number {
    return this.#countByAddress.size;
  }

  /** How many may be open. */
  maxOf(scope: LimitScope): number {
    return scope === 'address' ? this.#options.maxPerAddress : this.#options.max;
  }

  /** Takes one for an address, to be released once. If a limit is reached, it takes none and returns whose limit that is. */
  take(address: string): LimitScope | null {
    const { max, maxPerAddress, limitsLoopback } = this.#options;
    const count = this.#countByAddress.get(address) ?? 0;
    if (count >= maxPerAddress && (limitsLoopback || !isLoopback(address))) return 'address';
    if (this.#total >= max) return 'total';
    this.#countByAddress.set(address, count + 1);
    this.#total += 1;
    return null;
  }

  /** Gives one back. */
  release(address: string): void {
    const count = this.#countByAddress.get(address) ?? 0;
    if (count > 1) this.#countByAddress.set(address, count - 1);
    else this.#countByAddress.delete(address);
    this.#total -= 1;
  }
}
