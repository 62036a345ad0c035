import { reusableUntilOf, type Validity } from '../../market/model/fresh.ts';

/** How long the answer of an operation can be sent again. */
export interface Expiry {
  /** Until when its data is fresh, epoch ms; Infinity if the answer does not expire at a fixed time. */
  readonly until: number;
  /** Until when this server can send it again, epoch ms: later than `until` while values of it are being renewed. */
  readonly reusableUntil: number;
  /** True if the answer contains live data and can therefore expire at any moment. */
  readonly isLive: boolean;
  /** False once the answer has expired, even before `until`. */
  readonly isCurrent: () => boolean;
}

/** Gathers the freshness of all values that one operation fetches. */
export class Freshness {
  readonly #checks = new Set<() => boolean>();
  #missing = 0;
  #isDeclared = false;
  #isLive = false;
  #until = Number.POSITIVE_INFINITY;
  #reusableUntil = Number.POSITIVE_INFINITY;

  /** Announces values that will be recorded. If one is not, because its fetch failed, the answer is not kept. */
  expect(count = 1): void {
    this.#missing += count;
  }

  /** Takes back the announcement of a value that the answer does without. */
  withdraw(): void {
    this.#missing -= 1;
  }

  /** Records an announced value. The value that expires first counts. */
  record(validity: Validity): void {
    const { freshUntil, isCurrent } = validity;
    this.#missing -= 1;
    this.#isDeclared = true;
    this.#until = Math.min(this.#until, freshUntil);
    this.#reusableUntil = Math.min(this.#reusableUntil, reusableUntilOf(validity));
    if (!isCurrent) return;
    this.#checks.add(isCurrent);
    if (freshUntil === Number.POSITIVE_INFINITY) this.#isLive = true;
  }

  /** Records the use of a value that never changes while this process runs. */
  markStatic(): void {
    this.#isDeclared = true;
  }

  /** Null if the freshness of a value is unknown, or if nothing was fetched: such an answer must not be kept. */
  get expiry(): Expiry | null {
    if (this.#missing > 0 || !this.#isDeclared || !(this.#until > 0)) return null;
    const checks = [...this.#checks];
    const isCurrent = checks.length === 0 ? always : () => checks.every((check) => check());
    return { until: this.#until, reusableUntil: this.#reusableUntil, isLive: this.#isLive, isCurrent };
  }
}

function always(): boolean {
  return true;
}
