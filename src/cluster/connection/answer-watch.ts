import type { Clock } from '../../base/clock.ts';

/** How often the watch looks, within the time in which Redis must answer. */
const looks = 4;

/**
 * Notices when a connection is dead although it is open: when the answer to a command is late. Answers come in the order
 * of the commands, so it is enough to count both.
 *
 * It counts its own looks instead of reading the time. After a pause of the whole process, answers that wait in the
 * socket are late by the clock, but the connection is fine.
 */
export class AnswerWatch {
  readonly #clock: Clock;
  readonly #lookMs: number;
  readonly #onLook: () => void;
  readonly #onLate: () => void;
  /** The number of commands that had been sent at each of the last looks, oldest first. */
  #sentAtLooks: readonly number[] = [];
  #sent = 0;
  #answered = 0;
  #cancel: () => void = () => {};

  constructor(clock: Clock, answerTimeoutMs: number, onLook: () => void, onLate: () => void) {
    this.#clock = clock;
    this.#lookMs = answerTimeoutMs / looks;
    this.#onLook = onLook;
    this.#onLate = onLate;
    this.#schedule();
  }

  get isIdle(): boolean {
    return this.#sent === this.#answered;
  }

  onSent(): void {
    this.#sent++;
  }

  onAnswered(): void {
    this.#answered++;
  }

  close(): void {
    this.#cancel();
    this.#cancel = () => {};
  }

  #schedule(): void {
    this.#cancel = this.#clock.after(this.#lookMs, () => this.#look());
  }

  #look(): void {
    const [oldest = 0] = this.#sentAtLooks;
    if (this.#sentAtLooks.length === looks && this.#answered < oldest) {
      this.#onLate();
      return;
    }
    this.#sentAtLooks = [...this.#sentAtLooks, this.#sent].slice(-looks);
    this.#schedule();
    this.#onLook();
  }
}
