import type { Clock } from '../../base/clock.ts';
import { MarketDataError, type MarketDataErrorCode } from '../../market/errors.ts';
import { circuitPauseMs, type ExchangeFailure } from './circuit-pause.ts';
import type { CallSubject } from './errors.ts';

export type CircuitState = 'closed' | 'open' | 'half-open';

/** Leave to ask the exchange; how that went is to be told to the circuit. */
export interface CircuitPermit {
  /** True of the one call that finds out whether the exchange is back. */
  readonly isProbe: boolean;
}

export interface CircuitOptions {
  readonly exchange: string;
  readonly clock: Clock;
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
  /** After this time without an outcome the probe counts as failed, in ms. */
  readonly probeTimeoutMs: number;
  /** Names the markets that it is for, as the end of a sentence; '' when it is for all of the exchange. */
  readonly scope?: () => string;
  /** Called when the state changes; with what opened it unless it is closed. */
  readonly onChange: (state: CircuitState, error: MarketDataError | null) => void;
}

interface Opening {
  readonly failure: ExchangeFailure;
  /** Epoch ms. */
  readonly at: number;
  readonly pauseMs: number;
}

/** So many failures in a row without a success between them are a storm. */
const stormFailures = 5;

/** How long those are told to wait who come while the probe is under way, in ms. */
const probePauseMs = 1000;

/** Who comes back when told to may be a little early by the system's timers, and is not to be sent away for that, in ms. */
const earlyMs = 10;

/** True when an exchange says in so many words that it limits or blocks this server. */
export function isLimitOrBlock({ error: { code } }: ExchangeFailure): boolean {
  return code === 'RATE_LIMITED' || code === 'GEO_BLOCKED';
}

/**
 * Leaves an exchange alone, or one of its hosts or kinds of markets. It opens at once when the exchange limits or blocks
 * this server, and after a storm of failures. After a pause it lets one call through, which closes it or opens it for
 * longer.
 */
export class Circuit {
  readonly #options: CircuitOptions;
  #opening: Opening | null = null;
  #probe: { readonly pass: CircuitPermit; readonly at: number } | null = null;
  /** How many calls in a row have failed. */
  #failures = 0;
  /** Openings without a calm between them, by the code of the last. */
  #past: { readonly code: MarketDataErrorCode | null; readonly count: number; readonly lastMs: number };
  #closedAt = Number.NEGATIVE_INFINITY;

  constructor(options: CircuitOptions) {
    this.#options = options;
    this.#past = { code: null, count: 0, lastMs: 0 };
  }

  get state(): CircuitState {
    if (!this.#opening) return 'closed';
    return this.#leftMs(this.#opening) > 0 ? 'open' : 'half-open';
  }

  /** True while at most one call has failed since the last success. */
  get isCalm(): boolean {
    return !this.#opening && this.#failures <= 1;
  }

  /** How long it is open yet, in ms; 0 unless it is open. */
  get leftMs(): number {
    return this.#opening ? this.#leftMs(this.#opening) : 0;
  }

  /** True while a call that was let through may still send a request. */
  allows(pass: CircuitPermit): boolean {
    return !this.#opening || pass === this.#probe?.pass;
  }

  /** Leave for one call. Throws the failure that opened the circuit while it is open, and while the probe is under way. */
  admit(subject: CallSubject): CircuitPermit {
    const { clock, probeTimeoutMs } = this.#options;
    if (!this.#opening) return { isProbe: false };
    const probeMs = this.#probe ? clock.now() - this.#probe.at : null;
    if (probeMs !== null && (probeMs < 0 || probeMs >= probeTimeoutMs)) this.#open(this.#opening.failure);
    if (this.#leftMs(this.#opening) > 0 || this.#probe) throw this.refusal(subject);
    const pass: CircuitPermit = { isProbe: true };
    this.#probe = { pass, at: clock.now() };
    this.#options.onChange('half-open', this.refusal());
    return pass;
  }

  /** The exchange has answered. */
  onAnswer(pass: CircuitPermit): void {
    if (!this.#opening) {
      this.#failures = 0;
    } else if (pass === this.#probe?.pass) {
      this.#opening = null;
      this.#probe = null;
      this.#failures = 0;
      this.#closedAt = this.#options.clock.now();
      this.#options.onChange('closed', null);
    }
  }

  /** The call has told nothing of the exchange. */
  onInconclusive(pass: CircuitPermit): void {
    if (pass === this.#probe?.pass) this.#probe = null;
  }

  /** The exchange has failed. */
  onFailure(pass: CircuitPermit, failure: ExchangeFailure): void {
    const { code, details } = failure.error;
    if (!this.#opening) {
      this.#failures += 1;
      if (isLimitOrBlock(failure) || this.#failures >= stormFailures) this.#open(failure);
    } else if (pass === this.#probe?.pass) {
      this.#open(failure);
    } else if (isLimitOrBlock(failure) && (code === 'GEO_BLOCKED' || details.retryAfterMs !== undefined)) {
      // A call that was under way already: it says the same again, unless it asks for more.
      this.#extend(failure);
    }
  }

  /** Why a call about the subject is not made now. */
  refusal(subject?: CallSubject): MarketDataError {
    const { exchange, scope = () => '' } = this.#options;
    const opening = this.#opening;
    if (!opening) throw new Error(`the circuit of ${exchange} is closed`);
    const { error, reason } = opening.failure;
    const leftMs = this.#leftMs(opening);
    const isWaiting = leftMs > 0;
    const seconds = Math.ceil((leftMs - earlyMs) / 1000);
    const when = isWaiting ? `it is asked again in ${seconds} s` : 'it is being asked again just now';
    return new MarketDataError(error.code, `${reason}${scope()}; ${when}.`, {
      ...(subject ?? { exchange }),
      retryable: error.retryable,
      retryAfterMs: isWaiting ? Math.ceil(leftMs) : probePauseMs,
      cause: error,
    });
  }

  #open(failure: ExchangeFailure): void {
    const { clock, random, onChange } = this.#options;
    const { code } = failure.error;
    const now = clock.now();
    const isCalm = !this.#opening && !(now - this.#closedAt < this.#past.lastMs);
    const past = isCalm ? { code: null, count: 0, lastMs: 0 } : this.#past;
    const count = past.code === code ? past.count : 0;
    const pauseMs = circuitPauseMs(failure, { count, lastMs: past.lastMs }, random);
    this.#past = { code, count: count + 1, lastMs: pauseMs };
    this.#opening = { failure, at: now, pauseMs: pauseMs + earlyMs };
    this.#probe = null;
    onChange('open', this.refusal());
  }

  #extend(failure: ExchangeFailure): void {
    const { clock, random } = this.#options;
    const pauseMs = circuitPauseMs(failure, { count: 0, lastMs: 0 }, random);
    if (!this.#opening || pauseMs <= this.#leftMs(this.#opening)) return;
    this.#past = { ...this.#past, lastMs: pauseMs };
    this.#opening = { failure, at: clock.now(), pauseMs: pauseMs + earlyMs };
  }

  /** How long it is open yet, in ms; 0 when the probe may go, and when the clock was set back to before the opening. */
  #leftMs({ at, pauseMs }: Opening): number {
    const passedMs = this.#options.clock.now() - at;
    return passedMs >= 0 && passedMs < pauseMs - earlyMs ? pauseMs - passedMs : 0;
  }
}
