import type { TopicState } from '../protocol/answers.ts';
import type { Entry } from '../protocol/entries.ts';

/** How many messages wait for one that is missing. */
const maxHeld = 500;

/** What a receiver does with messages that have arrived. */
export interface Taken {
  /** The messages to deliver, in order. */
  readonly entries: readonly Entry[];
  /** True if messages before these are missing and will not come. */
  readonly isLossy: boolean;
  /** True if a message was not used, because a receiver has it or a newer one. */
  readonly isRepeated: boolean;
}

const nothing: Taken = { entries: [], isLossy: false, isRepeated: false };
const repeated: Taken = { entries: [], isLossy: false, isRepeated: true };

/**
 * The order of the messages of one topic from one owner. Redis keeps the order, but after an interruption messages are
 * missing, and answers overtake or repeat them.
 *
 * If only the latest value counts, a message is delivered if its number is higher than all before. Otherwise each message
 * is delivered once, in the order of the numbers: if one is missing, those after it wait until the owner has repeated it,
 * or has said that it cannot.
 */
export class Sequence {
  readonly #isList: boolean;
  readonly #held = new Map<number, Entry>();
  #number: number | null = null;

  constructor(isList: boolean) {
    this.#isList = isList;
  }

  /** The number of the last delivered message; null before the first one. */
  get number(): number | null {
    return this.#number;
  }

  /** True while messages wait for one that is missing. */
  get isWaiting(): boolean {
    return this.#held.size > 0;
  }

  /** True if the topic has sent messages up to this number, and not all of them are here. */
  isBehind(number: number): boolean {
    return number > (this.#number ?? Number.NEGATIVE_INFINITY);
  }

  take(entry: Entry): Taken {
    const { number } = entry;
    if (!this.isBehind(number) || this.#held.has(number)) return repeated;
    if (!this.#isList || this.#number === null || number === this.#number + 1) {
      this.#number = number;
      return { ...nothing, entries: [entry, ...this.#release()] };
    }
    this.#held.set(number, entry);
    return this.#held.size > maxHeld ? this.skip() : nothing;
  }

  /** Continues with what the owner has repeated. What the owner has not kept is a loss before the last of the results. */
  takeState({ number, entries }: TopicState): readonly Taken[] {
    const unknown = entries.filter((entry) => this.isBehind(entry.number));
    const isRepeated = unknown.length < entries.length;
    if (!this.#isList || this.#number === null) {
      this.#number = Math.max(this.#number ?? number, number);
      return [{ ...nothing, entries: unknown, isRepeated }];
    }
    for (const entry of unknown) this.#held.set(entry.number, entry);
    const following: Taken = { ...nothing, entries: this.#release(), isRepeated };
    if (!this.isBehind(number)) return [following];
    const start = this.#startOfRun(number);
    this.#number = start - 1;
    const rest = this.#release();
    this.#number = Math.max(this.#number, number);
    return [following, { ...nothing, entries: rest, isLossy: true }];
  }

  /** Continues without what is missing. */
  skip(): Taken {
    const [first] = [...this.#held.keys()].sort((a, b) => a - b);
    if (first === undefined) return nothing;
    this.#number = first - 1;
    return { ...nothing, entries: this.#release(), isLossy: true };
  }

  /** The first number of the held messages that lead up to a number without a gap; the one after it if it is not held. */
  #startOfRun(number: number): number {
    let start = number + 1;
    while (this.#held.has(start - 1)) start -= 1;
    return start;
  }

  /** Takes the held messages that follow without a gap, and forgets those that have been repeated meanwhile. */
  #release(): readonly Entry[] {
    const entries: Entry[] = [];
    for (const number of this.#held.keys()) if (!this.isBehind(number)) this.#held.delete(number);
    while (this.#held.size > 0) {
      const next = this.#held.get((this.#number ?? 0) + 1);
      if (!next) break;
      this.#held.delete(next.number);
      this.#number = next.number;
      entries.push(next);
    }
    return entries;
  }
}
