/** Wrong behaviour of the server in a case. */
export interface Finding {
  readonly what: string;
  /** Name and number of the case; with the seed, the number reproduces the case. */
  readonly name: string;
  readonly number: number;
  /** What was sent. */
  readonly sent: string;
}

/** The result of a run of one kind of case. */
export interface Summary {
  readonly cases: number;
  readonly findings: readonly Finding[];
  /** The number of cases by outcome. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** The slowest cases, measured while others were running too. */
  readonly slowest: readonly Timed[];
  /** Those of the cases played alone that blocked the event loop longest. */
  readonly blocks: readonly Timed[];
}

/** A case and a time, in ms. */
export interface Timed {
  readonly name: string;
  readonly number: number;
  readonly ms: number;
}

/** How many of the slowest cases are reported. */
const maxReported = 10;

/** The slowest cases of two lists. */
export function slowestOf(one: readonly Timed[], other: readonly Timed[]): readonly Timed[] {
  return [...one, ...other].sort((a, b) => b.ms - a.ms).slice(0, maxReported);
}

/** Collects the results of cases. */
export class Counter {
  readonly #findings: Finding[] = [];
  readonly #outcomes = new Map<string, number>();
  #slowest: readonly Timed[] = [];
  #blocks: readonly Timed[] = [];
  #cases = 0;

  count(outcome: string, timed: Timed): void {
    this.#cases += 1;
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
    this.#slowest = slowestOf(this.#slowest, [timed]);
  }

  countBlock(timed: Timed): void {
    this.#blocks = slowestOf(this.#blocks, [timed]);
  }

  find(finding: Finding): void {
    this.#findings.push(finding);
  }

  get summary(): Summary {
    const [cases, findings, outcomes] = [this.#cases, this.#findings, this.#outcomes];
    return { cases, findings, outcomes, slowest: this.#slowest, blocks: this.#blocks };
  }
}
