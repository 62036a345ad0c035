import { kindsNamed, type MarketKind } from '../ccxt/market-kinds.ts';
import type { ApiRequest, Send } from '../http/request-interception.ts';
import type { ExchangeFailure } from './circuit-pause.ts';
import type { Circuits, HostPermit } from './circuits.ts';
import type { CallSubject } from './errors.ts';

/** What a failure tells of the host that was asked: an outage of it, that it is there, or nothing. */
export type Meaning = ExchangeFailure | 'answered' | 'nothing';

export interface AttemptOptions {
  readonly circuits: Circuits;
  readonly subject: CallSubject;
  /** Null where the call is for several kinds, or it is not known for which. */
  readonly kind: MarketKind | null;
  /** The leave that the call got before it waited for its turn, if any. */
  readonly entry: HostPermit | null;
  readonly meaningOf: (thrown: unknown) => Meaning;
  /** Called when the first request is under ccxt's throttle, and when one has passed it. */
  readonly onWait?: () => void;
  readonly onSend?: () => void;
}

/** What an attempt has to do with one host. */
interface Visit {
  entry: HostPermit;
  /** Requests that are sent and not answered. */
  pending: number;
  hasFailed: boolean;
}

/**
 * One attempt at a call, as the hosts see it that its requests go to. Each request needs leave of its host's circuit,
 * twice: before it waits in ccxt's throttle, and when its turn has come. How it went is told to that circuit alone.
 */
export class Attempt {
  readonly #options: AttemptOptions;
  readonly #visits = new Map<string, Visit>();
  #requests = 0;
  #sent = 0;
  #isOver = false;
  readonly #refusals = new Set<unknown>();

  constructor(options: AttemptOptions) {
    this.#options = options;
    const { entry } = options;
    if (entry) this.#visits.set(entry.host, { entry, pending: 0, hasFailed: false });
  }

  /** True when it was given up: its requests that are not sent yet never will be. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** True once a request of it has passed ccxt's throttle: ccxt refuses some calls itself, and sends nothing. */
  get hasSent(): boolean {
    return this.#sent > 0;
  }

  /** True of the error by which a circuit has refused a request of it. */
  isRefusal(error: unknown): boolean {
    return this.#refusals.has(error);
  }

  /** The hosts that were asked, or would have been. */
  get hosts(): readonly string[] {
    return [...this.#visits.keys()].filter((host) => host !== '');
  }

  /** True while the circuits of its hosts have counted one failure in a row at most. */
  get isCalm(): boolean {
    const { circuits, kind } = this.#options;
    return [...this.#visits.keys()].every((host) => circuits.isCalm({ host, kind }));
  }

  readonly request = async ({ host, name }: ApiRequest, send: Send): Promise<unknown> => {
    const { circuits, kind, meaningOf, onWait, onSend } = this.#options;
    if (this.#isOver) throw new Error('the call was given up before');
    this.#requests += 1;
    const named = kind ? null : kindsNamed(name);
    if (kind && host !== '') circuits.learn(kind, host);
    else if (named) circuits.name(host, named);
    const visit = this.#enter(host);
    let isSent = false;
    if (this.#sent === 0) onWait?.();
    try {
      const answer = await send(() => {
        this.#requireGoing(host, visit);
        if (isSent) return;
        isSent = true;
        this.#sent += 1;
        visit.pending += 1;
        if (this.#sent === 1) onSend?.();
      });
      if (!this.#isOver) circuits.onAnswer(visit.entry);
      return answer;
    } catch (thrown) {
      if (!this.#isOver && !this.isRefusal(thrown)) this.#mark(visit, isSent ? meaningOf(thrown) : 'nothing');
      throw thrown;
    } finally {
      if (isSent) visit.pending -= 1;
    }
  };

  /** The call has ended, by itself. One that has asked for nothing tells of the exchange what a request would have. */
  end(meaning: Meaning): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const visit of this.#visits.values()) this.#mark(visit, this.#requests === 0 ? meaning : 'nothing');
  }

  /** The call has been given up: that is a failure of the hosts that owe it an answer. */
  giveUp(failure: Meaning): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const visit of this.#visits.values()) {
      this.#mark(visit, this.#requests === 0 || visit.pending > 0 ? failure : 'nothing');
    }
  }

  #enter(host: string): Visit {
    const visit = this.#visits.get(host);
    if (visit && this.#options.circuits.allows(visit.entry)) return visit;
    const entered = { entry: this.#admit(host), pending: 0, hasFailed: false };
    this.#visits.set(host, entered);
    return entered;
  }

  #requireGoing(host: string, visit: Visit): void {
    if (this.#isOver) throw new Error('the call was given up before its turn came');
    if (!this.#options.circuits.allows(visit.entry)) visit.entry = this.#admit(host);
  }

  #admit(host: string): HostPermit {
    const { circuits, kind, subject } = this.#options;
    try {
      return circuits.admit(host, kind, subject);
    } catch (refusal) {
      this.#refusals.add(refusal);
      throw refusal;
    }
  }

  #mark(visit: Visit, meaning: Meaning): void {
    const { circuits } = this.#options;
    if (meaning === 'answered') circuits.onAnswer(visit.entry);
    else if (meaning === 'nothing') circuits.onInconclusive(visit.entry);
    // However many requests of a call fail, it is one failure.
    else if (!visit.hasFailed) {
      visit.hasFailed = true;
      circuits.onFailure(visit.entry, meaning);
    }
  }
}
