import type { Clock } from './clock.ts';

export interface RotationOptions<T> {
  readonly clock: Clock;
  /** The number of groups into which the members are divided. */
  readonly slots: number;
  /** The time between the turns of two groups, in ms. */
  readonly slotMs: number;
  /** Called when it is a member's turn: once in `slots * slotMs`. */
  readonly visit: (member: T) => void;
}

/** Visits each of many members at intervals, a part of them at a time. One timer; it runs only while there are any. */
export class Rotation<T> {
  readonly #options: RotationOptions<T>;
  readonly #slots: readonly Set<T>[];
  #added = 0;
  #turn = 0;
  #cancel: (() => void) | null = null;

  constructor(options: RotationOptions<T>) {
    this.#options = options;
    this.#slots = Array.from({ length: options.slots }, () => new Set<T>());
  }

  add(member: T): void {
    this.#slots[this.#added % this.#slots.length]?.add(member);
    this.#added += 1;
    if (!this.#cancel) this.#schedule();
  }

  remove(member: T): void {
    for (const slot of this.#slots) slot.delete(member);
    if (this.#slots.every(({ size }) => size === 0)) this.stop();
  }

  /** Stops visiting. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #schedule(): void {
    this.#cancel = this.#options.clock.after(this.#options.slotMs, () => this.#visit());
  }

  #visit(): void {
    this.#schedule();
    this.#turn += 1;
    for (const member of this.#slots[this.#turn % this.#slots.length] ?? []) this.#options.visit(member);
  }
}
