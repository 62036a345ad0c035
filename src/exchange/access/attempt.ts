import { kindsNamed, type MarketKind } from '../ccxt/market-kinds.ts';
import type { ApiRequest, Send } from '../http/request-interception.ts';
import type { ExchangeFailure } from './circuit-pause.ts';
import type { Circuits, HostPermit } from './circuits.ts';
import type { CallSubject } from './errors.ts';

/** What the end of a request or call shows about its host: an outage, that the host answers, or nothing. */
export type HealthSignal = ExchangeFailure | 'answered' | 'inconclusive';

export interface AttemptOptions {
  readonly circuits: Circuits;
  readonly subject: CallSubject;
  /** Null if the call is for several kinds, or for an unknown one. */
  readonly kind: MarketKind | null;
  /** The permit that the call got before it waited for its turn, if any. */
  readonly permit: HostPermit | null;
  readonly signalOf: (thrown: unknown) => HealthSignal;
  /** Called when the first request enters ccxt's throttle, and when the first one has passed it. */
  readonly onWait?: () => void;
  readonly onSend?: () => void;
}

/** The state of an attempt at one host. */
interface HostState {
  permit: HostPermit;
  /** Requests that were sent and have no answer yet. */
  pending: number;
  hasFailed: boolean;
}

/**
 * One attempt at a call, as seen by the hosts that its requests go to. Each request needs a permit of its host's circuit,
 * and the permit is checked twice: before the request waits in ccxt's throttle, and when its turn has come. The result
 * is reported to the circuit of that host only.
 */
export class Attempt {
  readonly #options: AttemptOptions;
  readonly #hosts = new Map<string, HostState>();
  #requests = 0;
  #sent = 0;
  #isOver = false;
  readonly #circuitRefusals = new Set<unknown>();

  constructor(options: AttemptOptions) {
    this.#options = options;
    const { permit } = options;
    if (permit) this.#hosts.set(permit.host, { permit, pending: 0, hasFailed: false });
  }

  /** True when it has ended or was given up: requests that have not been sent by then are never sent. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** True once one of its requests has passed ccxt's throttle. ccxt refuses some calls itself and sends nothing. */
  get hasSent(): boolean {
    return this.#sent > 0;
  }

  /** True if a circuit refused one of its requests with this error. */
  isCircuitRefusal(error: unknown): boolean {
    return this.#circuitRefusals.has(error);
  }

  /** The hosts that requests were sent to, or would have been. */
  get hosts(): readonly string[] {
    return [...this.#hosts.keys()].filter((host) => host !== '');
  }

  /** True while the circuits of its hosts have counted at most one failure in a row. */
  get isHealthy(): boolean {
    const { circuits, kind } = this.#options;
    return [...this.#hosts.keys()].every((host) => circuits.isHealthy({ host, kind }));
  }

  readonly request = async ({ host, name }: ApiRequest, send: Send): Promise<unknown> => {
    const { circuits, kind, signalOf, onWait, onSend } = this.#options;
    if (this.#isOver) throw new Error('the call was given up before');
    this.#requests += 1;
    const named = kind ? null : kindsNamed(name);
    if (kind && host !== '') circuits.learn(kind, host);
    else if (named) circuits.nameHost(host, named);
    const state = this.#enter(host);
    let isSent = false;
    if (this.#sent === 0) onWait?.();
    try {
      const answer = await send(() => {
        this.#requirePermit(host, state);
        if (isSent) return;
        isSent = true;
        this.#sent += 1;
        state.pending += 1;
        if (this.#sent === 1) onSend?.();
      });
      if (!this.#isOver) circuits.onAnswer(state.permit);
      return answer;
    } catch (thrown) {
      if (!this.#isOver && !this.isCircuitRefusal(thrown)) {
        this.#report(state, isSent ? signalOf(thrown) : 'inconclusive');
      }
      throw thrown;
    } finally {
      if (isSent) state.pending -= 1;
    }
  };

  /** The call has ended by itself. If it made no request, `signal` takes the place of a request's result. */
  end(signal: HealthSignal): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const state of this.#hosts.values()) this.#report(state, this.#requests === 0 ? signal : 'inconclusive');
  }

  /** The call was given up, which is a failure of the hosts that have not answered yet. */
  giveUp(failure: HealthSignal): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const state of this.#hosts.values()) {
      this.#report(state, this.#requests === 0 || state.pending > 0 ? failure : 'inconclusive');
    }
  }

  #enter(host: string): HostState {
    const state = this.#hosts.get(host);
    if (state && this.#options.circuits.allows(state.permit)) return state;
    const entered = { permit: this.#admit(host), pending: 0, hasFailed: false };
    this.#hosts.set(host, entered);
    return entered;
  }

  #requirePermit(host: string, state: HostState): void {
    if (this.#isOver) throw new Error('the call was given up before its turn came');
    if (!this.#options.circuits.allows(state.permit)) state.permit = this.#admit(host);
  }

  #admit(host: string): HostPermit {
    const { circuits, kind, subject } = this.#options;
    try {
      return circuits.admit(host, kind, subject);
    } catch (refusal) {
      this.#circuitRefusals.add(refusal);
      throw refusal;
    }
  }

  #report(state: HostState, signal: HealthSignal): void {
    const { circuits } = this.#options;
    if (signal === 'answered') circuits.onAnswer(state.permit);
    else if (signal === 'inconclusive') circuits.onInconclusive(state.permit);
    // However many requests of a call fail, they count as one failure.
    else if (!state.hasFailed) {
      state.hasFailed = true;
      circuits.onFailure(state.permit, signal);
    }
  }
}
