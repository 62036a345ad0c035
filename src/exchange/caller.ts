import { type Clock, sleep } from '../market/clock.ts';
import { withDeadline } from '../market/deadline.ts';
import { MarketDataError, type MarketDataErrorCode } from '../market/error.ts';
import { Circuit, type CircuitState, type Pass } from './circuit.ts';
import { type CallSubject, isHiccup, meaningOf, sayingOf, toMarketDataError } from './errors.ts';
import type { FailureLookup } from './http.ts';
import { CallQueue } from './queue.ts';
import type { ThrottleGauge } from './throttle.ts';

/** How a call ended: CIRCUIT_OPEN when it was not made since the exchange is left alone. */
export type CallOutcome = 'ok' | 'CIRCUIT_OPEN' | MarketDataErrorCode;

/** What is going on in front of one exchange. */
export interface ExchangeStatus {
  readonly exchange: string;
  /** Calls that wait for their turn. */
  readonly queued: number;
  /** Calls under way. */
  readonly running: number;
  readonly circuit: CircuitState;
}

export interface CallerListeners {
  /** Called with what a failed call threw, before it becomes a MarketDataError. */
  readonly onError: (exchange: string, error: unknown) => void;
  /** Called for each call that was sent, a retry being another one, or refused, with how long it took, in ms. */
  readonly onCall?: (exchange: string, outcome: CallOutcome, durationMs: number) => void;
  /** Called when a circuit changes; with why, and for how long, unless it is closed. */
  readonly onCircuit?: (exchange: string, state: CircuitState, error: MarketDataError | null) => void;
}

export interface CallerOptions extends CallerListeners {
  readonly exchange: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly timeoutMs: number;
  readonly places: number;
  readonly maxWaiting: number;
  readonly throttle: ThrottleGauge;
  readonly failureOf: FailureLookup;
}

/** The pause before a retry, in ms: from the first to less than the second. */
const retryPauseMs = [100, 300] as const;

/** A retry needs at least this share of the deadline, or it would only end as a timeout. */
const retryShare = 1 / 2;

/** An exchange that does not answer within this share of the deadline has failed. */
const fairShare = 1 / 2;

/**
 * All that asks one exchange goes through here: one polite caller, with a line before it (`CallQueue`), a circuit around
 * it, a deadline on each call and one retry of a hiccup.
 */
export class Caller {
  readonly #options: CallerOptions;
  readonly #queue: CallQueue;
  readonly #circuit: Circuit;
  readonly #closing = new AbortController();
  #probing = 0;

  constructor(options: CallerOptions) {
    const { exchange, timeoutMs, onCircuit } = options;
    this.#options = options;
    this.#queue = new CallQueue(options);
    this.#circuit = new Circuit({
      ...options,
      // Loading markets takes several requests, and each ends by the deadline.
      probeTimeoutMs: 2 * timeoutMs,
      onChange: (state, error) => {
        onCircuit?.(exchange, state, error);
        if (state === 'open') this.#queue.refuseWaiting((subject) => this.#circuit.refusal(subject));
      },
    });
  }

  get status(): ExchangeStatus {
    return {
      exchange: this.#options.exchange,
      queued: this.#queue.waiting,
      running: this.#queue.running + this.#probing,
      circuit: this.#circuit.state,
    };
  }

  /**
   * Runs one call: its wait and its answer share the deadline. Rejects with OVERLOADED when its turn doesn't come, with
   * what opened the circuit while that is open, and with what the exchange does; all MarketDataErrors about the subject.
   */
  async call<T>(operation: () => Promise<T>, subject: CallSubject): Promise<T> {
    const { clock, timeoutMs } = this.#options;
    const until = clock.now() + timeoutMs;
    const pass = this.#admit(subject);
    const leave = await this.#enter(pass, subject, until);
    const leftMs = Math.min(timeoutMs, Math.max(0, until - clock.now()));
    let isLate = false;
    let cancelLeave = (): void => {};
    const answer = this.#ask(operation, subject, pass, until, () => isLate).finally(() => {
      cancelLeave();
      leave();
    });
    // What is abandoned goes on in ccxt: its request is ended by the HTTP guard at about this time, its wait in the
    // throttle by nobody. It keeps its place meanwhile, or more and more would gather there, but not for ever.
    const late = (): MarketDataError => {
      isLate = true;
      cancelLeave = clock.after(timeoutMs, leave);
      const error = this.#lateError(subject);
      // One whose turn came late had no time to be answered: that the line is long is no fault of the exchange.
      if (leftMs >= timeoutMs * fairShare) this.#note(pass, error, timeoutMs);
      else this.#report(error.code, timeoutMs);
      return error;
    };
    return withDeadline(clock, leftMs, answer, late);
  }

  /** Runs what has no deadline of its own and keeps nobody waiting, the loading of markets. Rejects like `call`. */
  async load<T>(operation: () => Promise<T>): Promise<T> {
    const { clock, exchange, timeoutMs } = this.#options;
    // Not in the line: calls there wait for the markets.
    return this.#ask(operation, { exchange }, this.#admit({ exchange }), clock.now() + timeoutMs, () => false);
  }

  /** The promise's outcome under the deadline of a call, without being one. */
  within<T>(promise: Promise<T>, subject: CallSubject): Promise<T> {
    const { clock, timeoutMs } = this.#options;
    return withDeadline(clock, timeoutMs, promise, () => this.#lateError(subject));
  }

  /** Sends away who waits; nothing is asked again. */
  close(): void {
    this.#closing.abort();
    this.#queue.refuseWaiting(
      (subject) => new MarketDataError('EXCHANGE_UNAVAILABLE', 'This server is stopping.', { ...subject }),
    );
  }

  #admit(subject: CallSubject): Pass {
    try {
      return this.#circuit.admit(subject);
    } catch (refusal) {
      this.#report('CIRCUIT_OPEN', 0);
      throw refusal;
    }
  }

  /** A place for the call, and what gives it back. */
  async #enter(pass: Pass, subject: CallSubject, until: number): Promise<() => void> {
    if (pass.isProbe) {
      // Calls that hang may have all the places still.
      this.#probing += 1;
      let leave = (): void => {
        this.#probing -= 1;
        leave = () => {};
      };
      return () => leave();
    }
    try {
      return await this.#queue.enter(subject);
    } catch (refusal) {
      const { clock, timeoutMs } = this.#options;
      const isOverload = refusal instanceof MarketDataError && refusal.code === 'OVERLOADED';
      this.#report(isOverload ? 'OVERLOADED' : 'CIRCUIT_OPEN', clock.now() - until + timeoutMs);
      throw refusal;
    }
  }

  async #ask<T>(
    operation: () => Promise<T>,
    subject: CallSubject,
    pass: Pass,
    until: number,
    isLate: () => boolean,
  ): Promise<T> {
    try {
      return await this.#attempt(operation, subject, pass, isLate);
    } catch (error) {
      if (!(await this.#mayRetry(error, until)) || isLate()) throw error;
      return this.#attempt(operation, subject, pass, isLate);
    }
  }

  async #attempt<T>(operation: () => Promise<T>, subject: CallSubject, pass: Pass, isLate: () => boolean): Promise<T> {
    const { exchange, clock, onError, failureOf } = this.#options;
    const startedAt = clock.now();
    try {
      const answer = await operation();
      if (!isLate()) this.#note(pass, null, clock.now() - startedAt);
      return answer;
    } catch (thrown) {
      onError(exchange, thrown);
      const error = toMarketDataError(thrown, subject, failureOf(thrown));
      if (!isLate()) this.#note(pass, error, clock.now() - startedAt);
      throw error;
    }
  }

  /** Waits a moment before a failed call may be made once more; false when it may not. */
  async #mayRetry(error: unknown, until: number): Promise<boolean> {
    const { clock, random, timeoutMs, failureOf } = this.#options;
    if (!(error instanceof MarketDataError) || !isHiccup(error, failureOf(error.details.cause))) return false;
    const [leastMs, mostMs] = retryPauseMs;
    const pauseMs = leastMs + (mostMs - leastMs) * random();
    const leftMs = until - clock.now() - pauseMs;
    if (!this.#circuit.isCalm || leftMs < timeoutMs * retryShare) return false;
    await sleep(clock, pauseMs, this.#closing.signal);
    return this.#circuit.isCalm && !this.#closing.signal.aborted;
  }

  /** Tells the circuit how a call went. */
  #note(pass: Pass, error: MarketDataError | null, durationMs: number): void {
    if (this.#closing.signal.aborted) return;
    const { exchange, failureOf } = this.#options;
    this.#report(error?.code ?? 'ok', durationMs);
    const http = error ? failureOf(error.details.cause) : undefined;
    const meaning = error ? meaningOf(error, http) : 'answered';
    if (meaning === 'answered') this.#circuit.noteAnswer(pass);
    else if (meaning === 'nothing' || !error) this.#circuit.noteNothing(pass);
    else {
      const saying = sayingOf(exchange, error, http);
      this.#circuit.noteFailure(pass, { error, saying, status: http?.status ?? null });
    }
  }

  #report(outcome: CallOutcome, durationMs: number): void {
    // What this server cuts off itself when it stops tells nothing of the exchange.
    if (this.#closing.signal.aborted) return;
    this.#options.onCall?.(this.#options.exchange, outcome, durationMs);
  }

  #lateError(subject: CallSubject): MarketDataError {
    const { exchange, timeoutMs } = this.#options;
    return new MarketDataError('TIMEOUT', `${exchange} did not answer within ${timeoutMs} ms.`, { ...subject });
  }
}
