/** Something that a case made the server do and that it must not do. */
export interface Finding {
  readonly what: string;
  /** What the case was called, and its number: with the seed it tells the case again. */
  readonly name: string;
  readonly number: number;
  /** What was sent. */
  readonly sent: string;
}

/** What a run of one kind of case came to. */
export interface Tally {
  readonly cases: number;
  readonly findings: readonly Finding[];
  /** How many cases ended in which way. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** The cases that took longest, beside others that were under way. */
  readonly slowest: readonly Timed[];
  /** Of the cases that were played alone, those that blocked the event loop longest. */
  readonly blocks: readonly Timed[];
}

/** A case and a time, in ms. */
export interface Timed {
  readonly name: string;
  readonly number: number;
  readonly ms: number;
}

/** How many of the slowest cases are told. */
const mostTold = 10;

/** The longest of two lists. */
export function longest(one: readonly Timed[], other: readonly Timed[]): readonly Timed[] {
  return [...one, ...other].sort((a, b) => b.ms - a.ms).slice(0, mostTold);
}

/** Counts as cases end. */
export class Counter {
  readonly #findings: Finding[] = [];
  readonly #outcomes = new Map<string, number>();
  #slowest: readonly Timed[] = [];
  #blocks: readonly Timed[] = [];
  #cases = 0;

  count(outcome: string, timed: Timed): void {
    this.#cases += 1;
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
    this.#slowest = longest(this.#slowest, [timed]);
  }

  countBlock(timed: Timed): void {
    this.#blocks = longest(this.#blocks, [timed]);
  }

  find(finding: Finding): void {
    this.#findings.push(finding);
  }

  get tally(): Tally {
    const [cases, findings, outcomes] = [this.#cases, this.#findings, this.#outcomes];
    return { cases, findings, outcomes, slowest: this.#slowest, blocks: this.#blocks };
  }
}
