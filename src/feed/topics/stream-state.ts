import type { Clock } from '../../base/clock.ts';

/** How long a stream can take to send a change that a poll has already brought, in ms. */
const expectedWithinMs = 3000;

/** A stream without an interruption for this long is connected, because pauses between attempts are shorter. */
const settledMs = 70_000;

/**
 * Knows whether the stream of a topic is reliable. The stream is pending until it has sent a message, failed, or been
 * silent for too long. Then it works, is silent (perhaps because the market is idle), or is interrupted. A silent
 * stream that does not send a change that a poll has found is unresponsive. For a topic without a stream, the state
 * stays pending.
 */
export class StreamState {
  readonly #clock: Clock;
  readonly #silenceMs: number;
  /** When it last sent a message, or was opened, epoch ms. */
  #heardAt: number;
  /** When it was opened or last interrupted, epoch ms. */
  #connectingSince: number;
  #isConnected = false;
  #isSilent = false;
  #hasFailed = false;
  /** Since when it should send a change that a poll has brought, epoch ms; null while nothing is expected. */
  #expectedSince: number | null = null;

  constructor(clock: Clock, silenceMs: number) {
    this.#clock = clock;
    this.#silenceMs = silenceMs;
    this.#heardAt = clock.now();
    this.#connectingSince = this.#heardAt;
  }

  get heardAt(): number {
    return this.#heardAt;
  }

  /** True while it is connected and not silent, so that it sends every change. */
  get works(): boolean {
    return this.#isConnected && !this.#isSilent;
  }

  /** True while it has been silent for a long time without a known failure. */
  get isSilent(): boolean {
    return this.#isSilent && (this.#isConnected || this.#clock.now() - this.#connectingSince >= settledMs);
  }

  /** True while it neither works nor is known to fail: a message can arrive at any moment. */
  get maySpeak(): boolean {
    const isPending = !this.#isConnected && !this.#isSilent && !this.#hasFailed;
    return isPending || this.isSilent;
  }

  /** True if it has not sent in time a change that a poll has brought. */
  get isUnresponsive(): boolean {
    return this.#expectedSince !== null && this.#clock.now() - this.#expectedSince >= expectedWithinMs;
  }

  /**
   * Called for each message; `isFirst` for the first one over a new connection. True if messages before it may be
   * missing.
   */
  hear(isFirst: boolean): boolean {
    // When a new connection replaces an old one, the last message of the old one can arrive after the first of the new
    // one.
    const mayMiss = isFirst || !this.#isConnected || this.isUnresponsive;
    this.#heardAt = this.#clock.now();
    this.#isConnected = true;
    this.#isSilent = false;
    this.#expectedSince = null;
    return mayMiss;
  }

  interrupt(): void {
    this.#isConnected = false;
    this.#hasFailed = true;
    this.#connectingSince = this.#clock.now();
    this.#expectedSince = null;
  }

  /** Called when a poll shows that the market has moved: a silent stream must send that change soon. */
  expect(): void {
    if (this.#isSilent) this.#expectedSince ??= this.#clock.now();
  }

  /** Checks whether the stream is silent now. */
  check(): boolean {
    this.#isSilent = this.#clock.now() - this.#heardAt >= this.#silenceMs;
    return this.#isSilent;
  }
}
