/** Runs a callback later, and only once until it has run. */
export interface Schedule {
  request(callback: () => void): void;
  cancel(): void;
}

/**
 * Runs callbacks just before the browser draws, and not before `minMs` have passed since the last one: what is drawn more
 * often than anybody can read only heats the machine. Nothing runs while the tab is hidden.
 */
export class FrameSchedule implements Schedule {
  readonly #minMs: number;
  #lastAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #frame: number | undefined;

  constructor(minMs: number) {
    this.#minMs = minMs;
  }

  request(callback: () => void): void {
    if (this.#timer !== undefined || this.#frame !== undefined) return;
    const waitMs = Math.max(0, this.#lastAt + this.#minMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#frame = requestAnimationFrame(() => {
        this.#frame = undefined;
        this.#lastAt = performance.now();
        callback();
      });
    }, waitMs);
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
  }
}
