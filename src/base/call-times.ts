/** How many of the newest calls count. */
const maxTimes = 4;

/** The time that a call is assumed to take until one has been measured, in ms. */
const assumedMs = 250;

/** A call that takes longer than the slowest of the newest calls by this factor is late. */
const lateFactor = 3 / 2;

/** A call is late after this time at the earliest and at the latest, however long others took, in ms. */
const minLateMs = 50;
const maxLateMs = 5000;

/**
 * How long calls of one kind take now, including their waits for a turn. The first call is left out, because it also
 * loads what later calls find loaded, such as the list of markets.
 */
export class CallTimes {
  #times: readonly number[] = [];
  #isFirst = true;

  add(durationMs: number): void {
    if (this.#isFirst) this.#isFirst = false;
    else this.#times = [...this.#times, Math.max(0, durationMs)].slice(-maxTimes);
  }

  /** After which time a call is late, in ms. */
  get lateMs(): number {
    const slowest = this.#times.length > 0 ? Math.max(...this.#times) : assumedMs;
    return Math.min(maxLateMs, Math.max(minLateMs, slowest * lateFactor));
  }
}
