import type { Clock } from '../../base/clock.ts';

export interface HeartbeatOptions {
  readonly clock: Clock;
  /** A clock that cannot be set, ms. */
  readonly elapsed: () => number;
  readonly leaseMs: number;
  /** One beat. Rejects if it failed; resolves with the longest pause until the next. Must end in bounded time. */
  readonly beat: (sentAt: number) => Promise<number>;
  /** Called when no beat has succeeded for almost as long as a lease, with the last error. */
  readonly onSilence: (error: unknown) => void;
}

/**
 * Beats four times in a lease, so that three beats can fail before it runs out, and faster after a failure. Beats do not
 * overlap.
 *
 * Silence is reported shortly before the leases run out, so that they are replaced without a moment in between. But time
 * alone does not make a silence: a process that was stopped for a minute has not tried to reach Redis in that minute. So
 * at least two beats must have failed, and after a pause they get the time for it.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #cancelBeat: () => void = () => {};
  #cancelSilence: () => void = () => {};
  #running: Promise<void> | null = null;
  /** The pause after the beat that is under way, if something has happened meanwhile. */
  #nextPauseMs: number | null = null;
  #sentAt = Number.NEGATIVE_INFINITY;
  /** When the silence is reported. */
  #silentAt = Number.POSITIVE_INFINITY;
  #failures = 0;
  #error: unknown = null;
  #isClosed = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  get beatMs(): number {
    return this.#options.leaseMs / 4;
  }

  start(): void {
    this.#expectWithin(this.#options.leaseMs);
    this.#beatAfter(0);
  }

  /** Beats as soon as possible, because something has happened. `isUrgent` means at once. */
  hurry(isUrgent: boolean): void {
    const pauseMs = isUrgent ? 0 : this.beatMs / 8;
    if (this.#running) this.#nextPauseMs = Math.min(pauseMs, this.#nextPauseMs ?? pauseMs);
    else this.#beatAfter(pauseMs);
  }

  /** Beats now, after the beat that is under way. Resolves once it has ended, also if it failed. */
  async beatNow(): Promise<void> {
    await this.#running;
    if (this.#running) return this.beatNow();
    this.#cancelBeat();
    if (!this.#isClosed) await this.#run();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelBeat();
    this.#cancelSilence();
    await this.#running;
  }

  /** Beats once the pause since the last beat was sent is over. */
  #beatAfter(pauseMs: number): void {
    this.#cancelBeat();
    const delayMs = Math.max(0, this.#sentAt + pauseMs - this.#options.elapsed());
    if (!this.#isClosed) this.#cancelBeat = this.#options.clock.after(delayMs, () => void this.#run());
  }

  #run(): Promise<void> {
    this.#running ??= this.#beat().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #beat(): Promise<void> {
    const { elapsed, leaseMs, beat } = this.#options;
    const sentAt = elapsed();
    this.#sentAt = sentAt;
    // On a busy machine both timers are late, and the beat must not see leases that have run out first.
    if (sentAt >= this.#silentAt) this.#onLate();
    let pauseMs = this.beatMs / 4;
    try {
      pauseMs = Math.min(this.beatMs, await beat(sentAt));
      this.#failures = 0;
      this.#expectWithin(sentAt + leaseMs * 0.8 - elapsed());
    } catch (error) {
      this.#failures++;
      this.#error = error;
    }
    this.#beatAfter(Math.min(pauseMs, this.#nextPauseMs ?? pauseMs));
    this.#nextPauseMs = null;
  }

  #expectWithin(delayMs: number): void {
    this.#cancelSilence();
    this.#silentAt = this.#options.elapsed() + delayMs;
    if (!this.#isClosed) this.#cancelSilence = this.#options.clock.after(Math.max(0, delayMs), () => this.#onLate());
  }

  #onLate(): void {
    this.#cancelSilence();
    this.#silentAt = Number.POSITIVE_INFINITY;
    if (this.#failures >= 2) this.#options.onSilence(this.#error);
    else this.#expectWithin(this.#options.leaseMs / 2);
  }
}
