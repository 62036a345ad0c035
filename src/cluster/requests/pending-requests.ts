import type { Clock } from '../../base/clock.ts';
import type { Owner, Owners } from '../members/owners.ts';
import type { Reply } from './protocol/messages.ts';

export type OtherOwner = Extract<Owner, { kind: 'other' }>;

/** What became of one attempt of a request. */
export type Attempt =
  | { readonly kind: 'reply'; readonly reply: Reply }
  /** The owner has changed since, the message reached nobody, or the reply may have been lost. */
  | { readonly kind: 'moved' | 'unreachable' | 'lost' }
  /** The time is over. */
  | { readonly kind: 'late' };

/** An attempt that waits for a reply. */
export interface PendingRequest {
  readonly id: number;
  readonly exchange: string;
  readonly owner: OtherOwner;
  settle(attempt: Attempt): void;
}

export interface PendingRequestsOptions {
  readonly owners: Pick<Owners, 'ownerOf'>;
  readonly clock: Clock;
}

/** How often an attempt checks that it waits for the right instance, in ms, should nobody announce a new owner. */
const checkMs = 500;

/** After so many checks, the request is sent again: it or its reply may be lost, without anybody noticing. */
const checksPerSending = 4;

/** The attempts that wait for a reply. Each ends with its reply, or when it is known that none will come. */
export class PendingRequests {
  readonly #options: PendingRequestsOptions;
  readonly #pending = new Map<number, PendingRequest>();
  #lastId = 0;

  constructor(options: PendingRequestsOptions) {
    this.#options = options;
  }

  add(request: {
    readonly exchange: string;
    readonly owner: OtherOwner;
    readonly timeoutMs: number;
    /** Called at intervals while there is no reply. */
    readonly onSilence: () => void;
    readonly onEnd: (attempt: Attempt) => void;
  }): PendingRequest {
    const { clock } = this.#options;
    const { exchange, owner, timeoutMs, onSilence, onEnd } = request;
    this.#lastId += 1;
    const id = this.#lastId;
    let checks = 0;
    const checkLater = (): (() => void) =>
      clock.after(checkMs, () => {
        cancelCheck = checkLater();
        this.#check(pending);
        checks += 1;
        if (this.has(id) && checks % checksPerSending === 0) onSilence();
      });
    let cancelCheck = checkLater();
    const cancelEnd = clock.after(timeoutMs, () => pending.settle({ kind: 'late' }));
    const pending: PendingRequest = {
      id,
      exchange,
      owner,
      settle: (attempt) => {
        if (!this.#pending.delete(id)) return;
        cancelCheck();
        cancelEnd();
        onEnd(attempt);
      },
    };
    this.#pending.set(id, pending);
    return pending;
  }

  has(id: number): boolean {
    return this.#pending.has(id);
  }

  get(id: number): PendingRequest | undefined {
    return this.#pending.get(id);
  }

  /** Ends those that wait for a former owner of the exchange. */
  check(exchange: string): void {
    for (const pending of [...this.#pending.values()]) if (pending.exchange === exchange) this.#check(pending);
  }

  settleAll(attempt: Attempt): void {
    for (const pending of [...this.#pending.values()]) pending.settle(attempt);
  }

  #check({ exchange, owner, settle }: PendingRequest): void {
    if (!isOwner(owner, this.#options.owners.ownerOf(exchange))) settle({ kind: 'moved' });
  }
}

/** True if the two are the same owner, without an interruption in between. */
export function isOwner(one: Owner, other: Owner): boolean {
  if (one.kind !== other.kind) return false;
  return (
    one.kind !== 'other' || other.kind !== 'other' || (one.instance === other.instance && one.fence === other.fence)
  );
}
