import type { MarketDataError } from '../../market/errors.ts';
import { marketKinds } from '../ccxt/market-kinds.ts';
import { CallQueue, type CallQueueOptions } from './call-queue.ts';
import type { CircuitName, Circuits, HostPermit } from './circuits.ts';
import type { CallSubject } from './errors.ts';

/** The place of one call among those under way. */
export interface CallSlot {
  /** Notes that the call has passed ccxt's throttle: it keeps no other from it any more. */
  markSent(): void;
  /** Gives the place to the next call. Only the first time counts. */
  leave(): void;
}

/**
 * The places of the calls to one exchange: a line for each kind of market (`CallQueue`). A call that finds out whether a
 * host is back needs no place, since calls that hang may have them all.
 */
export class CallSlots {
  readonly #queue: CallQueue;
  readonly #circuits: Pick<Circuits, 'hostOf' | 'refusal'>;
  /** How many of the calls that have a place have sent a request, by line. */
  readonly #sent = new Map<string, number>();
  #probes = 0;

  constructor(options: Omit<CallQueueOptions, 'sent'>, circuits: Pick<Circuits, 'hostOf' | 'refusal'>) {
    this.#queue = new CallQueue({ ...options, sent: (line) => this.#sent.get(line) ?? 0 });
    this.#circuits = circuits;
  }

  /** How many calls wait for a place. */
  get waiting(): number {
    return this.#queue.waiting;
  }

  /** How many calls are under way. */
  get running(): number {
    return this.#queue.running + this.#probes;
  }

  /** A place for the call. Rejects as `CallQueue.enter` does, and with what `refuseAll` and `refuseFor` say. */
  async enter(entry: HostPermit, subject: CallSubject): Promise<CallSlot> {
    if (isProbe(entry)) return this.#enterAsProbe();
    const line = lineOf(entry);
    const leaveQueue = await this.#queue.enter(subject, line);
    let state: 'waiting' | 'sent' | 'left' = 'waiting';
    return {
      markSent: () => {
        if (state !== 'waiting') return;
        state = 'sent';
        this.#countSent(line, 1);
      },
      leave: () => {
        if (state === 'sent') this.#countSent(line, -1);
        state = 'left';
        leaveQueue();
      },
    };
  }

  /** OVERLOADED, for a call that has a place and whose turn in ccxt's throttle has not come in time. */
  tooLate(entry: HostPermit, subject: CallSubject): MarketDataError {
    return this.#queue.tooLate(subject, lineOf(entry));
  }

  /** Sends away all calls that wait. */
  refuseAll(toError: (subject: CallSubject) => MarketDataError): void {
    this.#queue.refuseWaiting(toError);
  }

  /** Sends away the calls that wait for what is left alone from now on. */
  refuseFor(name: CircuitName): void {
    this.#queue.refuseWaiting(
      (subject) => this.#circuits.refusal(name, subject),
      (line) => {
        const kind = marketKinds.find((candidate) => candidate === line) ?? null;
        return (this.#circuits.hostOf(kind) ?? '') === name.host && (name.kind === null || name.kind === kind);
      },
    );
  }

  #enterAsProbe(): CallSlot {
    this.#probes += 1;
    let hasLeft = false;
    return {
      markSent: () => {},
      leave: () => {
        if (!hasLeft) this.#probes -= 1;
        hasLeft = true;
      },
    };
  }

  #countSent(line: string, change: 1 | -1): void {
    this.#sent.set(line, (this.#sent.get(line) ?? 0) + change);
  }
}

/** Calls for one kind of market wait in one line. */
function lineOf({ kind }: HostPermit): string {
  return kind ?? '';
}

/** True when the call finds out whether something that was left alone is back. */
function isProbe({ ofHost, ofKind }: HostPermit): boolean {
  return ofHost.isProbe || ofKind?.isProbe === true;
}
