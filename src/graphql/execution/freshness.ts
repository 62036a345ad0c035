import type { OnFresh } from '../../market/ports/market-data.ts';

/** Until when the answer of an operation may be given again. */
export interface Expiry {
  /** Epoch ms; Infinity where it never ends by itself. */
  readonly until: number;
  /** True when it may end at any moment, since something in it is live. */
  readonly isLive: boolean;
  /** False once it has ended before `until`. */
  readonly isCurrent: () => boolean;
}

/** Gathers what the data access of one operation declares; each call owes a declaration. */
export class Freshness {
  readonly #checks: (() => boolean)[] = [];
  #owed = 0;
  #isDeclared = false;
  #isLive = false;
  #until = Number.POSITIVE_INFINITY;

  /** Begins a call; what it returns is for whoever answers. The earliest declaration of all counts. */
  owe(): OnFresh {
    this.#owed += 1;
    let isOwed = true;
    return (until, isCurrent) => {
      if (isOwed) this.#owed -= 1;
      isOwed = false;
      this.#isDeclared = true;
      this.#until = Math.min(this.#until, until);
      if (!isCurrent) return;
      this.#checks.push(isCurrent);
      if (until === Number.POSITIVE_INFINITY) this.#isLive = true;
    };
  }

  /** Notes the use of what never changes while this process lives. */
  markStatic(): void {
    this.#isDeclared = true;
  }

  /** Null where a call has not declared anything, or nothing was called: such an answer is not kept. */
  get expiry(): Expiry | null {
    if (this.#owed > 0 || !this.#isDeclared) return null;
    const checks = this.#checks;
    const isCurrent = checks.length === 0 ? always : () => checks.every((check) => check());
    return { until: this.#until, isLive: this.#isLive, isCurrent };
  }
}

function always(): boolean {
  return true;
}
