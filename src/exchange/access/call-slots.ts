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
 *
 * Renewals, for which nobody waits, yield to other calls. They have lower priority in the queues. But a call cannot
 * overtake another in ccxt's throttle. So only one renewal per kind of market is in the queue or in the throttle at a
 * time, and the others wait for their turn before that.
 */
export class CallSlots {
  readonly #queues: CallQueues;
  /** Where renewals wait before they enter the queues. */
  readonly #renewals: CallQueues;
  readonly #circuits: Pick<Circuits, 'hostOf' | 'refusal'>;
  /** How many running calls have sent a request, by queue. */
  readonly #sent = new Map<string, number>();
  #probes = 0;

  constructor(options: Omit<CallQueuesOptions, 'sent'>, circuits: Pick<Circuits, 'hostOf' | 'refusal'>) {
    this.#queues = new CallQueues({ ...options, sent: (queue) => this.#sent.get(queue) ?? 0 });
    this.#renewals = new CallQueues({ ...options, concurrency: 1 });
    this.#circuits = circuits;
  }

  /** How many calls wait for a slot. */
  get waiting(): number {
    return this.#queues.waiting + this.#renewals.waiting;
  }

  /** How many calls run, probes included. */
  get running(): number {
    return this.#queues.running + this.#probes;
  }

  /** Waits for a slot. Rejects as `CallQueues.enter` does, and with the errors of `refuseAll` and `refuseFor`. */
  async acquire(permit: HostPermit, subject: CallSubject, isRenewal = false): Promise<CallSlot> {
    if (isProbe(permit)) return this.#createProbeSlot();
    const queue = queueOf(permit);
    if (!isRenewal) return this.#createSlot(queue, await this.#queues.enter(subject, queue));
    const endTurn = await this.#renewals.enter(subject, queue);
    try {
      return this.#createSlot(queue, await this.#queues.enter(subject, queue, 'low'), endTurn);
    } catch (refusal) {
      endTurn();
      throw refusal;
    }
  }

  /** `endTurn` is called when the call no longer delays others in ccxt's throttle. */
  #createSlot(queue: string, end: () => void, endTurn = (): void => {}): CallSlot {
    let state: 'waiting' | 'sent' | 'released' = 'waiting';
    return {
      markSent: () => {
        if (state !== 'waiting') return;
        state = 'sent';
        this.#countSent(queue, 1);
        endTurn();
      },
      release: () => {
        if (state === 'sent') this.#countSent(queue, -1);
        state = 'released';
        endTurn();
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
    for (const queues of [this.#queues, this.#renewals]) queues.refuseWaiting(toError);
  }

  /** Refuses the calls that wait for a circuit that has just opened. */
  refuseFor(name: CircuitName): void {
    for (const queues of [this.#queues, this.#renewals]) {
      queues.refuseWaiting(
        (subject) => this.#circuits.refusal(name, subject),
        (queue) => {
          const kind = marketKinds.find((candidate) => candidate === queue) ?? null;
          return (this.#circuits.hostOf(kind) ?? '') === name.host && (name.kind === null || name.kind === kind);
        },
      );
    }
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
