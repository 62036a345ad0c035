import type { Fresh } from '../../market/model/fresh.ts';

/** Until when the answer of an operation may be given again. */
export interface Expiry {
  /** Epoch ms; Infinity if no time ends it. */
  readonly until: number;
  /** True if it may end at any moment, because something in it is live. */
  readonly isLive: boolean;
  /** False once it has ended before `until`. */
  readonly isCurrent: () => boolean;
}

/** Gathers the freshness of all values that one operation fetches. */
export class Freshness {
  readonly #checks = new Set<() => boolean>();
  #missing = 0;
  #isDeclared = false;
  #isLive = false;
  #until = Number.POSITIVE_INFINITY;

  /** Announces values that are to be recorded. If one never is, because its fetch failed, the answer is not kept. */
  expect(count = 1): void {
    this.#missing += count;
  }

  /** Records an announced value. The one that ends first counts. */
  record({ freshUntil, isCurrent }: Pick<Fresh<unknown>, 'freshUntil' | 'isCurrent'>): void {
    this.#missing -= 1;
    this.#isDeclared = true;
    this.#until = Math.min(this.#until, freshUntil);
    if (!isCurrent) return;
    this.#checks.add(isCurrent);
    if (freshUntil === Number.POSITIVE_INFINITY) this.#isLive = true;
  }

  /** Records the use of what never changes while this process lives. */
  markStatic(): void {
    this.#isDeclared = true;
  }

  /** Null if nobody knows how long some value is fresh, or nothing was fetched: such an answer must not be kept. */
  get expiry(): Expiry | null {
    if (this.#missing > 0 || !this.#isDeclared || !(this.#until > 0)) return null;
    const checks = [...this.#checks];
    const isCurrent = checks.length === 0 ? always : () => checks.every((check) => check());
    return { until: this.#until, isLive: this.#isLive, isCurrent };
  }
}

function always(): boolean {
  return true;
}
