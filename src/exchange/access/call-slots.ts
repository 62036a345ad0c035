import type { MarketDataError } from '../../market/errors.ts';
import { marketKinds } from '../ccxt/market-kinds.ts';
import { CallQueues, type CallQueuesOptions } from './call-queues.ts';
import type { CircuitName, Circuits, HostPermit } from './circuits.ts';
import type { CallSubject } from './errors.ts';

/** The slot that one call occupies while it runs. */
export interface CallSlot {
  /** The call has passed ccxt's throttle: it no longer delays other calls there. */
  markSent(): void;
  /** Gives the slot to the next call. Only the first call of this function has an effect. */
  release(): void;
}

/**
 * The slots of the calls to one exchange, with one queue for each kind of market (`CallQueues`). A probe, which finds out
 * whether a host is back, needs no slot: calls that hang may occupy all of them.
 */
export class CallSlots {
  readonly #queues: CallQueues;
  readonly #circuits: Pick<Circuits, 'hostOf' | 'refusal'>;
  /** How many running calls have sent a request, by queue. */
  readonly #sent = new Map<string, number>();
  #probes = 0;

  constructor(options: Omit<CallQueuesOptions, 'sent'>, circuits: Pick<Circuits, 'hostOf' | 'refusal'>) {
    this.#queues = new CallQueues({ ...options, sent: (queue) => this.#sent.get(queue) ?? 0 });
    this.#circuits = circuits;
  }

  /** How many calls wait for a slot. */
  get waiting(): number {
    return this.#queues.waiting;
  }

  /** How many calls run, probes included. */
  get running(): number {
    return this.#queues.running + this.#probes;
  }

  /** Waits for a slot. Rejects as `CallQueues.enter` does, and with the errors of `refuseAll` and `refuseFor`. */
  async acquire(permit: HostPermit, subject: CallSubject): Promise<CallSlot> {
    if (isProbe(permit)) return this.#createProbeSlot();
    const queue = queueOf(permit);
    const end = await this.#queues.enter(subject, queue);
    let state: 'waiting' | 'sent' | 'released' = 'waiting';
    return {
      markSent: () => {
        if (state !== 'waiting') return;
        state = 'sent';
        this.#countSent(queue, 1);
      },
      release: () => {
        if (state === 'sent') this.#countSent(queue, -1);
        state = 'released';
        end();
      },
    };
  }

  /** OVERLOADED, for a call that has a slot but whose turn in ccxt's throttle has not come in time. */
  tooLate(permit: HostPermit, subject: CallSubject): MarketDataError {
    return this.#queues.tooLate(subject, queueOf(permit));
  }

  /** Refuses all calls that wait. */
  refuseAll(toError: (subject: CallSubject) => MarketDataError): void {
    this.#queues.refuseWaiting(toError);
  }

  /** Refuses the calls that wait for a circuit that has just opened. */
  refuseFor(name: CircuitName): void {
    this.#queues.refuseWaiting(
      (subject) => this.#circuits.refusal(name, subject),
      (queue) => {
        const kind = marketKinds.find((candidate) => candidate === queue) ?? null;
        return (this.#circuits.hostOf(kind) ?? '') === name.host && (name.kind === null || name.kind === kind);
      },
    );
  }

  #createProbeSlot(): CallSlot {
    this.#probes += 1;
    let isReleased = false;
    return {
      markSent: () => {},
      release: () => {
        if (!isReleased) this.#probes -= 1;
        isReleased = true;
      },
    };
  }

  #countSent(queue: string, change: 1 | -1): void {
    this.#sent.set(queue, (this.#sent.get(queue) ?? 0) + change);
  }
}

/** Calls for one kind of market share a queue. */
function queueOf({ kind }: HostPermit): string {
  return kind ?? '';
}

/** True when the call finds out whether a host or a kind of market is back. */
function isProbe({ ofHost, ofKind }: HostPermit): boolean {
  return ofHost.isProbe || ofKind?.isProbe === true;
}
