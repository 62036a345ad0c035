import type { Exchange } from 'ccxt';
import { type Clock, sleep } from '../market/clock.ts';
import { withDeadline } from '../market/deadline.ts';
import { MarketDataError, type MarketDataErrorCode } from '../market/error.ts';
import { Attempt, type AttemptOptions, type Meaning } from './attempt.ts';
import { CallTimer } from './call-timer.ts';
import type { CircuitState } from './circuit.ts';
import { type CircuitName, type CircuitStatus, Circuits, type Entry } from './circuits.ts';
import type { CallSubject } from './errors.ts';
import type { FailureLookup } from './http.ts';
import { createLoadingCall, type LoadingCall } from './loading-call.ts';
import { kindOfSymbol, type MarketKind, marketKinds } from './market-kinds.ts';
import { CallQueue } from './queue.ts';
import type { RequestTap } from './requests.ts';
import type { ThrottleGauge } from './throttle.ts';
import { Verdicts } from './verdicts.ts';

/** How a call ended: CIRCUIT_OPEN when it was not made since its host is left alone. */
export type CallOutcome = 'ok' | 'CIRCUIT_OPEN' | MarketDataErrorCode;

/** What is going on in front of one exchange. */
export interface ExchangeStatus {
  readonly exchange: string;
  /** Calls that wait for their turn. */
  readonly queued: number;
  /** Calls under way. */
  readonly running: number;
  /** Of its circuits together: open as soon as one is. */
  readonly circuit: CircuitState;
}

export interface CallerListeners {
  /** Called with what a failed call threw, before it becomes a MarketDataError. */
  readonly onError: (exchange: string, error: unknown) => void;
  /**
   * Called for each call that was sent, a retry being another one, or refused, with how long it took, in ms, and the
   * hosts that it was for.
   */
  readonly onCall?: (exchange: string, outcome: CallOutcome, durationMs: number, hosts: readonly string[]) => void;
  /**
   * Called when a circuit changes; with why, and for how long, unless it is closed. Where the exchange has several,
   * `scope` says for which of its markets this one is, as the end of a sentence.
   */
  readonly onCircuit?: (
    exchange: string,
    state: CircuitState,
    error: MarketDataError | null,
    name?: CircuitName,
    scope?: string,
  ) => void;
}

export interface CallerOptions extends CallerListeners {
  readonly exchange: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Deadline of a call from its turn on, in ms. */
  readonly timeoutMs: number;
  /** How many calls for one kind of market may be under way at a time, and how many more may wait. */
  readonly places: number;
  readonly maxWaiting: number;
  readonly throttle: ThrottleGauge;
  readonly requests: RequestTap;
  readonly failureOf: FailureLookup;
}

/** The pause before a retry, in ms: from the first to less than the second. */
const retryPauseMs = [100, 300] as const;

/** A retry needs at least this share of the deadline, or it would only end as a timeout. */
const retryShare = 1 / 2;

/**
 * A call waits for its turn no longer than so many deadlines: long enough for a page of some thirty values from an
 * exchange that takes one call a second, and short enough that a browser is still there.
 */
const turnDeadlines = 3;

/** Calls for one kind of market wait in one line. */
function lineOf({ kind }: Entry): string {
  return kind ?? '';
}

/** True when the call finds out whether something that was left alone is back. */
function isProbe({ ofHost, ofKind }: Entry): boolean {
  return ofHost.isProbe || ofKind?.isProbe === true;
}

/**
 * All that asks one exchange goes through here: one polite caller, with lines before it (`CallQueue`), a circuit around
 * each of its hosts (`Circuits`, `Attempt`), a deadline on each call and one retry of a hiccup.
 */
export class Caller {
  readonly #options: CallerOptions;
  readonly #queue: CallQueue;
  readonly #circuits: Circuits;
  readonly #verdicts: Verdicts;
  readonly #closing = new AbortController();
  #probing = 0;
  /** How many of the calls that have a place have sent a request, by line. */
  readonly #sent = new Map<string, number>();

  constructor(options: CallerOptions) {
    const { exchange, timeoutMs, onCircuit } = options;
    this.#options = options;
    this.#verdicts = new Verdicts(exchange, options.failureOf);
    this.#queue = new CallQueue({
      ...options,
      timeoutMs: turnDeadlines * timeoutMs,
      sent: (line) => this.#sent.get(line) ?? 0,
    });
    this.#circuits = new Circuits({
      ...options,
      // Loading markets takes several requests, and each ends by the deadline.
      probeTimeoutMs: 2 * timeoutMs,
      onChange: (name, state, error, scope) => {
        onCircuit?.(exchange, state, error, name, scope);
        if (state === 'open') this.#refuseWaiting(name);
      },
    });
  }

  get status(): ExchangeStatus {
    return {
      exchange: this.#options.exchange,
      queued: this.#queue.waiting,
      running: this.#queue.running + this.#probing,
      circuit: this.#circuits.state,
    };
  }

  /** One for each host that was asked, and for each kind of market that was asked for there. */
  get circuits(): readonly CircuitStatus[] {
    return this.#circuits.statuses;
  }

  /**
   * Runs one call, about the subject or about several symbols of the kind of `example`. It waits for its turn, in the
   * line and in ccxt's throttle, and has its deadline from then on. Rejects with OVERLOADED when its turn doesn't come,
   * with what opened the circuit of its host while that is open, and with what the exchange does; all MarketDataErrors.
   */
  async call<T>(operation: (exchange: Exchange) => Promise<T>, subject: CallSubject, example?: string): Promise<T> {
    const { clock, timeoutMs } = this.#options;
    const symbol = subject.symbol ?? example;
    const kind = symbol === undefined ? null : kindOfSymbol(symbol);
    const turnUntil = clock.now() + turnDeadlines * timeoutMs;
    const entry = this.#admit(subject, kind);
    const leavePlace = await this.#enter(entry, subject, clock.now());
    const startedAt = clock.now();
    const line = lineOf(entry);
    let hasSent = false;
    const countSent = (has: boolean): void => {
      if (hasSent !== has) this.#sent.set(line, (this.#sent.get(line) ?? 0) + (has ? 1 : -1));
      hasSent = has;
    };
    const leave = (): void => {
      countSent(false);
      leavePlace();
    };
    return new Promise((resolve, reject) => {
      const timer = new CallTimer(clock);
      let attempt: Attempt | null = null;
      let isLate = false;
      let cancelLeave = (): void => {};
      // What is abandoned goes on in ccxt: a request that is sent is ended by the HTTP guard at about this time, one that
      // waits in the throttle when its turn comes. It keeps its place meanwhile, or more and more would gather there, but
      // not for ever.
      const abandon = (error: MarketDataError, meaning: Meaning): void => {
        isLate = true;
        attempt?.giveUp(meaning);
        cancelLeave = clock.after(timeoutMs, leave);
        this.#report(error.code, clock.now() - startedAt, attempt?.hosts ?? []);
        reject(error);
      };
      const late = (): void => {
        const error = this.#lateError(subject);
        abandon(error, this.#meaningOf(error));
      };
      const start = (isFirst: boolean): Attempt => {
        attempt = this.#start(subject, kind, entry, {
          // Its turn has yet to come, and the deadline begins with it. A retry has what is left of that.
          onWait: () => {
            const waitMs = Math.max(0, turnUntil - clock.now());
            if (isFirst) timer.set(waitMs, () => abandon(this.#queue.tooLate(subject, line), 'nothing'));
          },
          onSend: () => {
            if (!isFirst) return;
            timer.set(timeoutMs, late);
            // A probe has no place.
            countSent(!isProbe(entry));
          },
        });
        return attempt;
      };
      timer.set(timeoutMs, late);
      this.#ask(operation, subject, start, { until: () => timer.endsAt, isLate: () => isLate })
        .finally(() => {
          timer.cancel();
          cancelLeave();
          leave();
        })
        .then(resolve, reject);
    });
  }

  /** Runs what has no deadline of its own and keeps nobody waiting, the loading of markets. Rejects like `call`. */
  async load<T>(operation: (loading: LoadingCall) => Promise<T>): Promise<T> {
    const { clock, exchange, timeoutMs } = this.#options;
    const subject = { exchange };
    const until = clock.now() + timeoutMs;
    const attempt = this.#start(subject, null, null);
    const loading = createLoadingCall({
      attempt,
      ...this.#options,
      verdicts: this.#verdicts,
      subject,
      mayRetry: (error, onPause) => this.#mayRetry(error, () => until, attempt, onPause),
      lateError: () => this.#lateError(subject),
      leftAloneMs: (host) => this.#circuits.leftMs(host),
    });
    // Not in the line: calls there wait for the markets.
    return this.#attempt(() => operation(loading), subject, attempt);
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

  /** Leave of the host that the call will go to, as far as that is known; others are asked for it with each request. */
  #admit(subject: CallSubject, kind: MarketKind | null): Entry {
    const host = this.#circuits.hostOf(kind) ?? '';
    try {
      return this.#circuits.admit(host, kind, subject);
    } catch (refusal) {
      this.#report('CIRCUIT_OPEN', 0, [host]);
      throw refusal;
    }
  }

  /** A place for the call, and what gives it back. */
  async #enter(entry: Entry, subject: CallSubject, since: number): Promise<() => void> {
    if (isProbe(entry)) {
      // Calls that hang may have all the places still.
      this.#probing += 1;
      let leave = (): void => {
        this.#probing -= 1;
        leave = () => {};
      };
      return () => leave();
    }
    try {
      return await this.#queue.enter(subject, lineOf(entry));
    } catch (refusal) {
      const isOverload = refusal instanceof MarketDataError && refusal.code === 'OVERLOADED';
      this.#report(isOverload ? 'OVERLOADED' : 'CIRCUIT_OPEN', this.#options.clock.now() - since, [entry.host]);
      throw refusal;
    }
  }

  /** Sends away the calls that wait for what is left alone from now on. */
  #refuseWaiting(name: CircuitName): void {
    this.#queue.refuseWaiting(
      (subject) => this.#circuits.refusal(name, subject),
      (line) => {
        const kind = marketKinds.find((candidate) => candidate === line) ?? null;
        return (this.#circuits.hostOf(kind) ?? '') === name.host && (name.kind === null || name.kind === kind);
      },
    );
  }

  #start(
    subject: CallSubject,
    kind: MarketKind | null,
    entry: Entry | null,
    listeners: Pick<AttemptOptions, 'onWait' | 'onSend'> = {},
  ): Attempt {
    const meaningOf = (thrown: unknown): Meaning => this.#meaningOf(this.#verdicts.toError(thrown, subject));
    return new Attempt({ circuits: this.#circuits, subject, kind, entry, meaningOf, ...listeners });
  }

  async #ask<T>(
    operation: (exchange: Exchange) => Promise<T>,
    subject: CallSubject,
    start: (isFirst: boolean) => Attempt,
    { until, isLate }: { readonly until: () => number; readonly isLate: () => boolean },
  ): Promise<T> {
    const { requests } = this.#options;
    const attempt = start(true);
    try {
      return await this.#attempt(() => operation(requests.through(attempt.request)), subject, attempt);
    } catch (error) {
      if (isLate() || !(await this.#mayRetry(error, until, attempt)) || isLate()) throw error;
      const again = start(false);
      return this.#attempt(() => operation(requests.through(again.request)), subject, again);
    }
  }

  async #attempt<T>(operation: () => Promise<T>, subject: CallSubject, attempt: Attempt): Promise<T> {
    const { exchange, clock, onError } = this.#options;
    const startedAt = clock.now();
    const end = (meaning: Meaning, outcome: CallOutcome): void => {
      if (attempt.isOver) return;
      attempt.end(meaning);
      this.#report(outcome, clock.now() - startedAt, attempt.hosts);
    };
    try {
      const answer = await operation();
      end('answered', 'ok');
      return answer;
    } catch (thrown) {
      const error = this.#verdicts.toError(thrown, subject);
      if (attempt.isRefusal(thrown)) end('nothing', 'CIRCUIT_OPEN');
      else {
        onError(exchange, thrown);
        end(this.#meaningOf(error), error.code);
      }
      throw error;
    }
  }

  /** Waits a moment before a failed call may be made once more; false when it may not. */
  async #mayRetry(error: unknown, until: () => number, attempt: Attempt, onPause = (): void => {}): Promise<boolean> {
    const { clock, random, timeoutMs } = this.#options;
    if (!(error instanceof MarketDataError) || !this.#verdicts.isHiccup(error)) return false;
    const [leastMs, mostMs] = retryPauseMs;
    const pauseMs = leastMs + (mostMs - leastMs) * random();
    const leftMs = until() - clock.now() - pauseMs;
    if (!attempt.isCalm || leftMs < timeoutMs * retryShare) return false;
    onPause();
    await sleep(clock, pauseMs, this.#closing.signal);
    return attempt.isCalm && !this.#closing.signal.aborted;
  }

  /** What a failure tells the circuits; what this server cuts off itself when it stops tells nothing of the exchange. */
  #meaningOf(error: MarketDataError): Meaning {
    return this.#closing.signal.aborted ? 'nothing' : this.#verdicts.meaningOf(error);
  }

  #report(outcome: CallOutcome, durationMs: number, hosts: readonly string[]): void {
    if (this.#closing.signal.aborted) return;
    this.#options.onCall?.(this.#options.exchange, outcome, durationMs, hosts);
  }

  #lateError(subject: CallSubject): MarketDataError {
    const { exchange, timeoutMs } = this.#options;
    return new MarketDataError('TIMEOUT', `${exchange} did not answer within ${timeoutMs} ms.`, { ...subject });
  }
}
