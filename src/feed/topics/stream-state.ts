import type { Clock } from '../../base/clock.ts';

/** How long a stream may take to tell what a poll brought first, in ms. */
const tellingMs = 3000;

/** A stream that has not been interrupted for so long is not being dialled in vain: pauses between dials are shorter. */
const settledMs = 70_000;

/** Whether the stream of a topic can be relied on. */
export class StreamState {
  readonly #clock: Clock;
  readonly #silenceMs: number;
  /** When it spoke last, or when it was opened, epoch ms. */
  #heardAt: number;
  /** When it was opened or interrupted last, epoch ms. */
  #dialledAt: number;
  #isConnected = false;
  #isSilent = false;
  #hasFailed = false;
  /** Since when it owes what a poll has brought, epoch ms; null while it owes nothing. */
  #owesSince: number | null = null;

  constructor(clock: Clock, silenceMs: number) {
    this.#clock = clock;
    this.#silenceMs = silenceMs;
    this.#heardAt = clock.now();
    this.#dialledAt = this.#heardAt;
  }

  get heardAt(): number {
    return this.#heardAt;
  }

  /** True while it tells all there is to tell. */
  get works(): boolean {
    return this.#isConnected && !this.#isSilent;
  }

  /** True while nothing is known to be wrong with it, but it has said nothing for long: perhaps there is nothing to say. */
  get isSilent(): boolean {
    return this.#isSilent && (this.#isConnected || this.#clock.now() - this.#dialledAt >= settledMs);
  }

  /** True until it has spoken, failed or been waited for too long. */
  get isPending(): boolean {
    return !this.#isConnected && !this.#isSilent && !this.#hasFailed;
  }

  /** True when a poll brought news some time ago that it has not told: it is deaf. */
  get isUnresponsive(): boolean {
    return this.#owesSince !== null && this.#clock.now() - this.#owesSince >= tellingMs;
  }

  /** A message has come, perhaps the first over a new connection. Returns true when some before it may be missing. */
  hear(isFirst: boolean): boolean {
    // Of two connections that take turns, the last message of the old one may come after the first of the new one.
    const mayMiss = isFirst || !this.#isConnected || this.isUnresponsive;
    this.#heardAt = this.#clock.now();
    this.#isConnected = true;
    this.#isSilent = false;
    this.#owesSince = null;
    return mayMiss;
  }

  interrupt(): void {
    this.#isConnected = false;
    this.#hasFailed = true;
    this.#dialledAt = this.#clock.now();
    this.#owesSince = null;
  }

  /** A poll has brought news. */
  expect(): void {
    if (this.#isSilent) this.#owesSince ??= this.#clock.now();
  }

  /** Looks whether it has fallen silent: true when it is, however long. */
  check(): boolean {
    this.#isSilent = this.#clock.now() - this.#heardAt >= this.#silenceMs;
    return this.#isSilent;
  }
}
