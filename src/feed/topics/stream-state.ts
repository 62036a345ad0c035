import type { Clock } from '../../base/clock.ts';

/** How long a stream may take to send what a poll brought first, in ms. */
const expectedWithinMs = 3000;

/** A stream without an interruption for this long is not failing to connect: pauses between attempts are shorter. */
const settledMs = 70_000;

/**
 * Whether the stream of a topic can be relied on. It is pending until it has spoken, failed or kept silent for too long;
 * then it works, is silent (it says nothing: perhaps there is nothing to say), or is interrupted. A silent stream that does
 * not send what a poll has found is unresponsive. Of a topic without a stream the state stays pending.
 */
export class StreamState {
  readonly #clock: Clock;
  readonly #silenceMs: number;
  /** When it spoke last, or when it was opened, epoch ms. */
  #heardAt: number;
  /** When it was opened or interrupted last, epoch ms. */
  #connectingSince: number;
  #isConnected = false;
  #isSilent = false;
  #hasFailed = false;
  /** Since when it is expected to send what a poll has brought, epoch ms; null while nothing is expected. */
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

  /** True while it sends all there is to send. */
  get works(): boolean {
    return this.#isConnected && !this.#isSilent;
  }

  /** True while nothing is known to be wrong with it, but it has been silent for long. */
  get isSilent(): boolean {
    return this.#isSilent && (this.#isConnected || this.#clock.now() - this.#connectingSince >= settledMs);
  }

  /** True while it does not work and is not known to fail: it may speak at any moment. */
  get maySpeak(): boolean {
    const isPending = !this.#isConnected && !this.#isSilent && !this.#hasFailed;
    return isPending || this.isSilent;
  }

  /** True when it has not sent in time what a poll has brought. */
  get isUnresponsive(): boolean {
    return this.#expectedSince !== null && this.#clock.now() - this.#expectedSince >= expectedWithinMs;
  }

  /** A message has come, perhaps the first over a new connection. Returns true when some before it may be missing. */
  hear(isFirst: boolean): boolean {
    // Of two connections that take turns, the last message of the old one may come after the first of the new one.
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

  /** A poll shows that the market has moved: a stream that has been silent must send that soon. */
  expect(): void {
    if (this.#isSilent) this.#expectedSince ??= this.#clock.now();
  }

  /** Finds out whether it has fallen silent: true while it is, however long. */
  check(): boolean {
    this.#isSilent = this.#clock.now() - this.#heardAt >= this.#silenceMs;
    return this.#isSilent;
  }
}
