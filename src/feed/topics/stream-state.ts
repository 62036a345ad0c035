import type { Clock } from '../../base/clock.ts';
import type { Stream } from '../../market/ports/market-streams.ts';

/** How long a stream can take to send a change that a poll has already brought, in ms. */
const expectedWithinMs = 3000;

/** A stream without an interruption for this long is connected, because pauses between attempts are shorter. */
const settledMs = 70_000;

/**
 * Knows whether the stream of a topic is reliable. The stream is pending until it has sent a message, failed, or been
 * silent for too long. Then it works, is silent (perhaps because the market is idle), or is interrupted. A silent
 * stream that does not send a change that a poll has found is unresponsive.
 *
 * A topic without a stream, or whose stream is not offered at the moment, has a state that neither works nor is silent.
 * When the stream is offered again, it is pending as if it had just been opened.
 */
export class StreamState {
  readonly #clock: Clock;
  readonly #silenceMs: number;
  /** When it last sent a message, or was opened, epoch ms. */
  #heardAt: number;
  #stream: Stream | null = null;
  #wasOffered = false;
  /** Since when it could have sent a message, epoch ms. */
  #offeredSince: number;
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
    this.#offeredSince = this.#heardAt;
    this.#connectingSince = this.#heardAt;
  }

  /** Follows what a stream offers. Until then there is none. */
  follow(stream: Stream): void {
    this.#stream = stream;
    this.#wasOffered = this.isOffered;
  }

  /** True if there is a stream that can push data at the moment. */
  get isOffered(): boolean {
    return this.#stream !== null && this.#stream.isOffered !== false;
  }

  get heardAt(): number {
    return this.#heardAt;
  }

  /** True while it is connected and not silent, so that it sends every change. */
  get works(): boolean {
    return this.isOffered && this.#isConnected && !this.#isSilent;
  }

  /** True while it has been silent for a long time without a known failure. */
  get isSilent(): boolean {
    if (!this.#isSilent || !this.isOffered) return false;
    return this.#isConnected || this.#clock.now() - this.#connectingSince >= settledMs;
  }

  /** True while it neither works nor is known to fail: a message can arrive at any moment. */
  get maySpeak(): boolean {
    const isPending = !this.#isConnected && !this.#isSilent && !this.#hasFailed;
    return this.isOffered && (isPending || this.isSilent);
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
    this.#wasOffered = this.isOffered;
    this.#heardAt = this.#clock.now();
    this.#isConnected = true;
    this.#isSilent = false;
    this.#expectedSince = null;
    return mayMiss;
  }

  /** True if it has stopped being offered, which its interruption reports. */
  interrupt(): boolean {
    const isWithdrawn = this.#wasOffered && !this.isOffered;
    this.#wasOffered = this.isOffered;
    this.#isConnected = false;
    this.#hasFailed = true;
    this.#connectingSince = this.#clock.now();
    this.#expectedSince = null;
    return isWithdrawn;
  }

  /** Called when a poll shows that the market has moved: a silent stream must send that change soon. */
  expect(): void {
    if (this.#isSilent) this.#expectedSince ??= this.#clock.now();
  }

  /** Checks whether the stream is silent now. */
  check(): boolean {
    const now = this.#clock.now();
    if (this.isOffered && !this.#wasOffered) this.#restart(now);
    this.#wasOffered = this.isOffered;
    this.#isSilent = this.isOffered && now - Math.max(this.#heardAt, this.#offeredSince) >= this.#silenceMs;
    return this.#isSilent;
  }

  /** The stream is offered again. */
  #restart(now: number): void {
    this.#offeredSince = now;
    if (this.#isConnected) return;
    this.#connectingSince = now;
    this.#hasFailed = false;
  }
}
