import type { Clock } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import { MarketDataError } from '../../market/errors.ts';
import { kindOfSymbol, type MarketKind } from '../ccxt/market-kinds.ts';
import type { FailureLookup } from '../http/http-guard.ts';
import type { RequestInterception } from '../http/request-interception.ts';
import type { Attempt, Meaning } from './attempt.ts';
import { Attempts, type CcxtCall, type Operation } from './attempts.ts';
import type { CallerListeners } from './call-listeners.ts';
import { type CallSlot, CallSlots } from './call-slots.ts';
import { CallTimer } from './call-timer.ts';
import type { CircuitState } from './circuit.ts';
import { type CircuitStatus, Circuits, type HostPermit } from './circuits.ts';
import type { CallSubject } from './errors.ts';
import { createLoadingCall, type LoadingCall } from './loading-call.ts';
import type { ThrottleGauge } from './throttle.ts';

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

export interface ExchangeCallerOptions extends CallerListeners {
  readonly exchange: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Deadline of a call from its turn on, in ms. */
  readonly timeoutMs: number;
  /** How many calls for one kind of market may be under way at a time, and how many more may wait. */
  readonly places: number;
  readonly maxWaiting: number;
  readonly throttle: ThrottleGauge;
  readonly requests: RequestInterception;
  readonly failureOf: FailureLookup;
}

/** One ccxt call that somebody waits for. */
interface Call<T> extends CcxtCall<T> {
  readonly kind: MarketKind | null;
  readonly entry: HostPermit;
  readonly place: CallSlot;
  /** The latest at which its turn in ccxt's throttle may come, epoch ms. */
  readonly turnUntil: number;
}

/**
 * A call waits for its turn no longer than so many deadlines: long enough for a page of some thirty values from an
 * exchange that takes one call a second, and short enough that a browser is still there.
 */
const turnDeadlines = 3;

/**
 * All that asks one exchange goes through here: one polite caller, with lines before it (`CallSlots`), a circuit around
 * each of its hosts (`Circuits`, `Attempt`), a deadline on each call and one retry of a hiccup (`Attempts`).
 */
export class ExchangeCaller {
  readonly #options: ExchangeCallerOptions;
  readonly #circuits: Circuits;
  readonly #places: CallSlots;
  readonly #attempts: Attempts;
  readonly #closing = new AbortController();

  constructor(options: ExchangeCallerOptions) {
    const { exchange, timeoutMs, onCircuit } = options;
    this.#options = options;
    this.#circuits = new Circuits({
      ...options,
      // Loading markets takes several requests, and each ends by the deadline.
      probeTimeoutMs: 2 * timeoutMs,
      onChange: (name, state, error, scope) => {
        onCircuit?.(exchange, state, error, name, scope);
        if (state === 'open') this.#places.refuseFor(name);
      },
    });
    this.#attempts = new Attempts({ ...options, circuits: this.#circuits, closing: this.#closing.signal });
    this.#places = new CallSlots({ ...options, timeoutMs: turnDeadlines * timeoutMs }, this.#circuits);
  }

  get status(): ExchangeStatus {
    return {
      exchange: this.#options.exchange,
      queued: this.#places.waiting,
      running: this.#places.running,
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
  async call<T>(operation: Operation<T>, subject: CallSubject, example?: string): Promise<T> {
    const { clock, timeoutMs } = this.#options;
    const symbol = subject.symbol ?? example;
    const kind = symbol === undefined ? null : kindOfSymbol(symbol);
    const turnUntil = clock.now() + turnDeadlines * timeoutMs;
    const entry = this.#admit(subject, kind);
    const place = await this.#enter(entry, subject);
    return this.#run({ operation, subject, kind, entry, place, turnUntil });
  }

  /** Runs what has no deadline of its own and keeps nobody waiting, the loading of markets. Rejects like `call`. */
  async load<T>(operation: (loading: LoadingCall) => Promise<T>): Promise<T> {
    const { clock, exchange, timeoutMs } = this.#options;
    const subject = { exchange };
    const until = clock.now() + timeoutMs;
    const attempt = this.#attempts.start(subject, null, null);
    const loading = createLoadingCall({
      attempt,
      ...this.#options,
      failures: this.#attempts.failures,
      subject,
      mayRetry: (error, onPause) => this.#attempts.mayRetry(error, attempt, until, onPause),
      lateError: () => this.#attempts.lateError(subject),
      circuitOpenMs: (host) => this.#circuits.leftMs(host),
    });
    // Not in the line: calls there wait for the markets.
    return this.#attempts.run(() => operation(loading), subject, attempt);
  }

  /** The promise's outcome under the deadline of a call, without being one. */
  within<T>(promise: Promise<T>, subject: CallSubject): Promise<T> {
    const { clock, timeoutMs } = this.#options;
    return withDeadline(clock, timeoutMs, promise, () => this.#attempts.lateError(subject));
  }

  /** Sends away the calls that wait; nothing is asked again. */
  close(): void {
    this.#closing.abort();
    this.#places.refuseAll(
      (subject) => new MarketDataError('EXCHANGE_UNAVAILABLE', 'This server is stopping.', { ...subject }),
    );
  }

  /** Leave of the host that the call will go to, as far as that is known; others are asked for it with each request. */
  #admit(subject: CallSubject, kind: MarketKind | null): HostPermit {
    const host = this.#circuits.hostOf(kind) ?? '';
    try {
      return this.#circuits.admit(host, kind, subject);
    } catch (refusal) {
      this.#attempts.report('CIRCUIT_OPEN', 0, [host]);
      throw refusal;
    }
  }

  async #enter(entry: HostPermit, subject: CallSubject): Promise<CallSlot> {
    const { clock } = this.#options;
    const since = clock.now();
    try {
      return await this.#places.enter(entry, subject);
    } catch (refusal) {
      const isOverload = refusal instanceof MarketDataError && refusal.code === 'OVERLOADED';
      this.#attempts.report(isOverload ? 'OVERLOADED' : 'CIRCUIT_OPEN', clock.now() - since, [entry.host]);
      throw refusal;
    }
  }

  /** Runs a call that has its place, under its deadline, and gives the place back. */
  #run<T>(call: Call<T>): Promise<T> {
    const { clock, timeoutMs } = this.#options;
    const { subject, kind, entry, place, turnUntil } = call;
    const startedAt = clock.now();
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
        cancelLeave = clock.after(timeoutMs, place.leave);
        this.#attempts.report(error.code, clock.now() - startedAt, attempt?.hosts ?? []);
        reject(error);
      };
      const late = (): void => {
        const error = this.#attempts.lateError(subject);
        abandon(error, this.#attempts.meaningOf(error));
      };
      const start = (isFirst: boolean): Attempt => {
        attempt = this.#attempts.start(subject, kind, entry, {
          // Its turn has yet to come, and the deadline begins with it. A retry has what is left of that.
          onWait: () => {
            const waitMs = Math.max(0, turnUntil - clock.now());
            if (isFirst) timer.set(waitMs, () => abandon(this.#places.tooLate(entry, subject), 'nothing'));
          },
          onSend: () => {
            if (!isFirst) return;
            timer.set(timeoutMs, late);
            place.markSent();
          },
        });
        return attempt;
      };
      timer.set(timeoutMs, late);
      this.#attempts
        .askWithRetry(call, start, { until: () => timer.endsAt, isLate: () => isLate })
        .finally(() => {
          timer.cancel();
          cancelLeave();
          place.leave();
        })
        .then(resolve, reject);
    });
  }
}
