import { isLoopback } from './address.ts';

/** Which limit has been reached. */
export type Excess = 'address' | 'total';

export interface AllowanceOptions {
  /** How many there may be together. */
  readonly most: number;
  /** How many one address may have. */
  readonly maxPerAddress: number;
  /** Whether that goes for this machine too, where load tests and proxies are that nobody told the server of. */
  readonly limitsLoopback: boolean;
}

/** Counts what is held, by address and together. An address that holds nothing is forgotten. */
export class Allowance {
  readonly #options: AllowanceOptions;
  readonly #held = new Map<string, number>();
  #total = 0;

  constructor(options: AllowanceOptions) {
    this.#options = options;
  }

  /** How many are held together. */
  get total(): number {
    return this.#total;
  }

  /** How many addresses hold something. */
  get addresses(): number {
    return this.#held.size;
  }

  /** How many may be held: by one address, or together. */
  maxOf(excess: Excess): number {
    return excess === 'address' ? this.#options.maxPerAddress : this.#options.most;
  }

  /** Takes one for an address, to be released once; where that is one too many, it takes none and says why. */
  take(address: string): Excess | null {
    const { most, maxPerAddress, limitsLoopback } = this.#options;
    const held = this.#held.get(address) ?? 0;
    if (held >= maxPerAddress && (limitsLoopback || !isLoopback(address))) return 'address';
    if (this.#total >= most) return 'total';
    this.#held.set(address, held + 1);
    this.#total += 1;
    return null;
  }

  /** Gives one back. */
  release(address: string): void {
    const held = this.#held.get(address) ?? 0;
    if (held > 1) this.#held.set(address, held - 1);
    else this.#held.delete(address);
    this.#total -= 1;
  }
}
