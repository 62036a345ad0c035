/** Something that a case made the server do and that it must not do. */
export interface Finding {
  readonly what: string;
  /** What the case was called, and its number: with the seed it tells the case again. */
  readonly name: string;
  readonly number: number;
  /** What was sent. */
  readonly sent: string;
}

/** Masked errors that are known, each with the reason why it stands. May it come to be empty. */
const explained: readonly { readonly masked: RegExp; readonly why: string }[] = [
  {
    masked: /Maximum call stack size exceeded/,
    why: 'a document or a variable is nested more deeply than parser and executor can go, until a limit refuses it',
  },
];

/** Attacks whose masked errors are those. */
const explainedAttacks = /^(?:nesting|braces|nested \w+|exponential fragments) by /;

function isExplained({ what, name }: Finding): boolean {
  return explainedAttacks.test(name) && what.includes('INTERNAL_SERVER_ERROR');
}

/** The lines of a log that nothing explains. */
export function unexplained(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !explained.some(({ masked }) => masked.test(line)));
}

/** What a run of one kind of case came to. */
export interface Tally {
  readonly cases: number;
  readonly findings: readonly Finding[];
  /** How many cases ended in which way. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** The case that took longest. */
  readonly slowest: { readonly name: string; readonly number: number; readonly ms: number };
}

/** Counts as cases end. */
export class Counter {
  readonly #findings: Finding[] = [];
  readonly #outcomes = new Map<string, number>();
  #slowest: Tally['slowest'] = { name: 'none', number: 0, ms: 0 };
  #cases = 0;

  count(outcome: string, name: string, number: number, ms: number): void {
    this.#cases += 1;
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
    if (ms > this.#slowest.ms) this.#slowest = { name, number, ms };
  }

  find(finding: Finding): void {
    if (!isExplained(finding)) this.#findings.push(finding);
  }

  get tally(): Tally {
    return { cases: this.#cases, findings: this.#findings, outcomes: this.#outcomes, slowest: this.#slowest };
  }
}
