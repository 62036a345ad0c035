import type { Clock } from '../../base/clock.ts';
import { MarketDataError, type MarketDataErrorCode } from '../../market/errors.ts';
import { circuitPauseMs, type ExchangeFailure } from './circuit-pause.ts';
import type { CallSubject } from './errors.ts';

export type CircuitState = 'closed' | 'open' | 'half-open';

/** Permission for one call. The caller reports the outcome of the call to the circuit. */
export interface CircuitPermit {
  /** True for the one call that finds out whether the exchange is back. */
  readonly isProbe: boolean;
}

export interface CircuitOptions {
  readonly exchange: string;
  readonly clock: Clock;
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
  /** How long a probe may take, in ms. A probe without an outcome after this time counts as failed. */
  readonly probeTimeoutMs: number;
  /**
   * Names the markets that the circuit is for, as the end of a sentence. Returns '' when it covers the whole exchange.
   */
  readonly scope?: () => string;
  /** Called when the state changes, with the error that opened the circuit; with null when it closes. */
  readonly onChange: (state: CircuitState, error: MarketDataError | null) => void;
}

interface Opening {
  readonly failure: ExchangeFailure;
  /** Epoch ms. */
  readonly at: number;
  readonly pauseMs: number;
}

/** The circuit opens after this many failures in a row. */
const failureThreshold = 5;

/** The `retryAfterMs` of calls that are refused while the probe is running. */
const probePauseMs = 1000;

/**
 * A client that waits exactly `retryAfterMs` can come a few ms early because of timers; it must not be refused for
 * that.
 */
const timerToleranceMs = 10;

/** True when the exchange states that it limits or blocks this server. */
export function isLimitOrBlock({ error: { code } }: ExchangeFailure): boolean {
  return code === 'RATE_LIMITED' || code === 'GEO_BLOCKED';
}

/**
 * Stops calls to an exchange that limits or blocks this server, or that keeps failing. Without it, every query would
 * send one more request to an exchange that has asked for fewer: a rate limit would become a ban, and each client would
 * wait for a timeout.
 *
 * - closed: calls pass. The circuit opens at once when the exchange states that it limits or blocks this server, and
 *   after five failures in a row. One success resets the count.
 * - open: calls are refused immediately, with the error that opened the circuit and the remaining pause. The pause
 *   follows `Retry-After` if the exchange sends it, and grows with each opening (see `circuitPauseMs`).
 * - half-open: the pause is over, and one call passes as the probe. Other calls are refused until it ends. If the
 *   exchange answers, the circuit closes. If the probe fails, or has no outcome in time, the circuit opens for longer.
 *   If the probe shows nothing about the exchange, the next call becomes the probe.
 *
 * Calls that were sent before the circuit opened cannot close it. They can extend the pause if the exchange asks for a
 * longer one. Each host and each kind of market has its own circuit: see `Circuits`.
 */
export class Circuit {
  readonly #options: CircuitOptions;
  #opening: Opening | null = null;
  #probe: { readonly permit: CircuitPermit; readonly at: number } | null = null;
  #failures = 0;
  /** The openings since the last long healthy period, by the code of the latest one. */
  #history: { readonly code: MarketDataErrorCode | null; readonly count: number; readonly lastMs: number };
  #closedAt = Number.NEGATIVE_INFINITY;

  constructor(options: CircuitOptions) {
    this.#options = options;
    this.#history = { code: null, count: 0, lastMs: 0 };
  }

  get state(): CircuitState {
    if (!this.#opening) return 'closed';
    return this.#remainingMs(this.#opening) > 0 ? 'open' : 'half-open';
  }

  /** True while at most one call has failed since the last success. */
  get isHealthy(): boolean {
    return !this.#opening && this.#failures <= 1;
  }

  /** How long the circuit remains open, in ms; 0 if it is closed or half-open. */
  get remainingMs(): number {
    return this.#opening ? this.#remainingMs(this.#opening) : 0;
  }

  /** True while a call that was admitted may still send a request. */
  allows(permit: CircuitPermit): boolean {
    return !this.#opening || permit === this.#probe?.permit;
  }

  /** A permit for one call. Throws the error that opened the circuit while it is open, and while a probe is running. */
  admit(subject: CallSubject): CircuitPermit {
    const { clock, probeTimeoutMs } = this.#options;
    if (!this.#opening) return { isProbe: false };
    const probeMs = this.#probe ? clock.now() - this.#probe.at : null;
    if (probeMs !== null && (probeMs < 0 || probeMs >= probeTimeoutMs)) this.#open(this.#opening.failure);
    if (this.#remainingMs(this.#opening) > 0 || this.#probe) throw this.refusal(subject);
    const permit: CircuitPermit = { isProbe: true };
    this.#probe = { permit, at: clock.now() };
    this.#options.onChange('half-open', this.refusal());
    return permit;
  }

  /** The exchange answered the call. */
  onAnswer(permit: CircuitPermit): void {
    if (!this.#opening) {
      this.#failures = 0;
    } else if (permit === this.#probe?.permit) {
      this.#opening = null;
      this.#probe = null;
      this.#failures = 0;
      this.#closedAt = this.#options.clock.now();
      this.#options.onChange('closed', null);
    }
  }

  /** The call showed nothing about the state of the exchange. */
  onInconclusive(permit: CircuitPermit): void {
    if (permit === this.#probe?.permit) this.#probe = null;
  }

  /** The exchange failed. */
  onFailure(permit: CircuitPermit, failure: ExchangeFailure): void {
    const { code, details } = failure.error;
    if (!this.#opening) {
      this.#failures += 1;
      if (isLimitOrBlock(failure) || this.#failures >= failureThreshold) this.#open(failure);
    } else if (permit === this.#probe?.permit) {
      this.#open(failure);
    } else if (isLimitOrBlock(failure) && (code === 'GEO_BLOCKED' || details.retryAfterMs !== undefined)) {
      // This call was sent before the circuit opened. Its failure changes nothing, unless the exchange asks for a
      // longer pause.
      this.#extend(failure);
    }
  }

  /** The error for a call that is refused while the circuit is not closed. */
  refusal(subject?: CallSubject): MarketDataError {
    const { exchange, scope = () => '' } = this.#options;
    const opening = this.#opening;
    if (!opening) throw new Error(`the circuit of ${exchange} is closed`);
    const { error, reason } = opening.failure;
    const remainingMs = this.#remainingMs(opening);
    const isOpen = remainingMs > 0;
    const seconds = Math.ceil((remainingMs - timerToleranceMs) / 1000);
    const when = isOpen ? `this server tries again in ${seconds} s` : 'this server is trying again now';
    return new MarketDataError(error.code, `${reason}${scope()}; ${when}.`, {
      ...(subject ?? { exchange }),
      retryable: error.retryable,
      retryAfterMs: isOpen ? Math.ceil(remainingMs) : probePauseMs,
      cause: error,
    });
  }

  #open(failure: ExchangeFailure): void {
    const { clock, random, onChange } = this.#options;
    const { code } = failure.error;
    const now = clock.now();
    const hasRecovered = !this.#opening && !(now - this.#closedAt < this.#history.lastMs);
    const history = hasRecovered ? { code: null, count: 0, lastMs: 0 } : this.#history;
    const count = history.code === code ? history.count : 0;
    const pauseMs = circuitPauseMs(failure, { count, lastMs: history.lastMs }, random);
    this.#history = { code, count: count + 1, lastMs: pauseMs };
    this.#opening = { failure, at: now, pauseMs: pauseMs + timerToleranceMs };
    this.#probe = null;
    onChange('open', this.refusal());
  }

  #extend(failure: ExchangeFailure): void {
    const { clock, random } = this.#options;
    const pauseMs = circuitPauseMs(failure, { count: 0, lastMs: 0 }, random);
    if (!this.#opening || pauseMs <= this.#remainingMs(this.#opening)) return;
    this.#history = { ...this.#history, lastMs: pauseMs };
    this.#opening = { failure, at: clock.now(), pauseMs: pauseMs + timerToleranceMs };
  }

  /**
   * How long the circuit remains open, in ms; 0 when a probe may start, and when the clock was set back to before the
   * opening.
   */
  #remainingMs({ at, pauseMs }: Opening): number {
    const passedMs = this.#options.clock.now() - at;
    return passedMs >= 0 && passedMs < pauseMs - timerToleranceMs ? pauseMs - passedMs : 0;
  }
}
