import type { Clock } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import { MarketDataError } from '../../market/errors.ts';
import { kindOfSymbol, type MarketKind } from '../ccxt/market-kinds.ts';
import type { FailureLookup } from '../http/http-guard.ts';
import type { RequestInterception } from '../http/request-interception.ts';
import { Attempts, type Operation } from './attempts.ts';
import type { CallerListeners } from './call-listeners.ts';
import { type CallSlot, CallSlots } from './call-slots.ts';
import type { CircuitState } from './circuit.ts';
import { type CircuitStatus, Circuits, type HostPermit } from './circuits.ts';
import type { CallSubject } from './errors.ts';
import { createLoadingCall, type LoadingCall } from './loading-call.ts';
import type { ThrottleGauge } from './throttle.ts';
import { runTimedCall } from './timed-call.ts';

/** The state of the calls to one exchange. */
export interface ExchangeStatus {
  readonly exchange: string;
  /** Calls that wait for their turn. */
  readonly queued: number;
  readonly running: number;
  /** The state of its circuits together: open as soon as one of them is open. */
  readonly circuit: CircuitState;
}

export interface ExchangeCallerOptions extends CallerListeners {
  readonly exchange: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Deadline of a call from its turn on, in ms. */
  readonly timeoutMs: number;
  /** How many calls for one kind of market may run in parallel, and how many more may wait. */
  readonly concurrency: number;
  readonly maxWaiting: number;
  readonly throttle: ThrottleGauge;
  readonly requests: RequestInterception;
  readonly failureOf: FailureLookup;
}

/**
 * A call waits for its turn for at most this many deadlines: long enough for a page of some thirty values from an
 * exchange that accepts one call per second, and short enough that a browser still waits for the answer.
 */
const turnDeadlines = 3;

/**
 * Every call to one exchange goes through here: slots and queues (`CallSlots`), a circuit for each of its hosts
 * (`Circuits`), a deadline for each call (`runTimedCall`) and one retry after a transient failure (`Attempts`).
 */
export class ExchangeCaller {
  readonly #options: ExchangeCallerOptions;
  readonly #circuits: Circuits;
  readonly #slots: CallSlots;
  readonly #attempts: Attempts;
  readonly #closing = new AbortController();

  constructor(options: ExchangeCallerOptions) {
    const { exchange, timeoutMs, onCircuit } = options;
    this.#options = options;
    this.#circuits = new Circuits({
      ...options,
      // Loading markets takes several requests, each under the deadline.
      probeTimeoutMs: 2 * timeoutMs,
      onChange: (name, state, error, scope) => {
        onCircuit?.(exchange, state, error, name, scope);
        if (state === 'open') this.#slots.refuseFor(name);
      },
    });
    this.#attempts = new Attempts({ ...options, circuits: this.#circuits, closing: this.#closing.signal });
    this.#slots = new CallSlots({ ...options, timeoutMs: turnDeadlines * timeoutMs }, this.#circuits);
  }

  get status(): ExchangeStatus {
    return {
      exchange: this.#options.exchange,
      queued: this.#slots.waiting,
      running: this.#slots.running,
      circuit: this.#circuits.state,
    };
  }

  /** One for each host that requests went to, and for each kind of market that was requested there. */
  get circuits(): readonly CircuitStatus[] {
    return this.#circuits.statuses;
  }

  /**
   * Makes one call, about the subject or about several symbols of the kind of `example`. It waits for its turn, in the
   * queue and in ccxt's throttle, and has its deadline from then on. Rejects with a MarketDataError: OVERLOADED when its
   * turn does not come, the error that opened the circuit of its host while that is open, or an error of the exchange. A
   * renewal, for which nobody waits, yields to other calls.
   */
  async call<T>(operation: Operation<T>, subject: CallSubject, example?: string, isRenewal = false): Promise<T> {
    const { clock, timeoutMs } = this.#options;
    const symbol = subject.symbol ?? example;
    const kind = symbol === undefined ? null : kindOfSymbol(symbol);
    const turnUntil = clock.now() + turnDeadlines * timeoutMs;
    const permit = this.#admit(subject, kind);
    const slot = await this.#acquireSlot(permit, subject, isRenewal);
    const call = { operation, subject, kind, permit, slot, turnUntil };
    return runTimedCall(call, { clock, timeoutMs, attempts: this.#attempts, slots: this.#slots });
  }

  /** Loads the markets. The load as a whole has no deadline and blocks no other call. Rejects like `call`. */
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
      circuitOpenMs: (host) => this.#circuits.remainingMs(host),
    });
    // The load does not wait in a queue, because the calls in the queues wait for the markets.
    return this.#attempts.run(() => operation(loading), subject, attempt);
  }

  /** Applies the deadline of a call to a promise that is not a call. */
  within<T>(promise: Promise<T>, subject: CallSubject): Promise<T> {
    const { clock, timeoutMs } = this.#options;
    return withDeadline(clock, timeoutMs, promise, () => this.#attempts.lateError(subject));
  }

  /** Refuses the calls that wait, and makes no further ones. */
  close(): void {
    this.#closing.abort();
    this.#slots.refuseAll(
      (subject) => new MarketDataError('EXCHANGE_UNAVAILABLE', 'This server is stopping.', { ...subject }),
    );
  }

  /**
   * A permit of the host that the call will go to, if that host is known. Requests to other hosts ask for permits
   * later.
   */
  #admit(subject: CallSubject, kind: MarketKind | null): HostPermit {
    const host = this.#circuits.hostOf(kind) ?? '';
    try {
      return this.#circuits.admit(host, kind, subject);
    } catch (refusal) {
      this.#attempts.report('CIRCUIT_OPEN', 0, [host]);
      throw refusal;
    }
  }

  async #acquireSlot(permit: HostPermit, subject: CallSubject, isRenewal: boolean): Promise<CallSlot> {
    const { clock } = this.#options;
    const since = clock.now();
    try {
      return await this.#slots.acquire(permit, subject, isRenewal);
    } catch (refusal) {
      const isOverload = refusal instanceof MarketDataError && refusal.code === 'OVERLOADED';
      this.#attempts.report(isOverload ? 'OVERLOADED' : 'CIRCUIT_OPEN', clock.now() - since, [permit.host]);
      throw refusal;
    }
  }
}
