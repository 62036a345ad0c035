import type { Candidates } from './candidates.ts';
import type { Lease, LeaseStore } from './lease-store.ts';
import type { OwnerTable } from './owner-table.ts';

export interface TransfersOptions {
  readonly store: Pick<LeaseStore, 'transfer'>;
  readonly table: OwnerTable;
  readonly candidates: Candidates;
  /** A clock that cannot be set, ms. */
  readonly elapsed: () => number;
  /** Called when Redis has not given an exchange to the other instance, or has not answered. */
  readonly onRefused: () => void;
}

/** How many exchanges move to a new instance with each beat: it must not fetch everything at the same time. */
const movesPerBeat = 4;

/** Gives exchanges of this instance to the instances that should have them. */
export class Transfers {
  readonly #options: TransfersOptions;
  readonly #running = new Set<Promise<void>>();
  /** True if one has failed since the last start. Until the next beat, it is unknown who owns that exchange. */
  #hasFailed = false;
  #isClosed = false;

  constructor(options: TransfersOptions) {
    this.#options = options;
  }

  /** Starts to give exchanges away: a few to newcomers, or all of them if this instance is leaving. */
  start(isLeaving: boolean): void {
    const { table, candidates } = this.#options;
    this.#hasFailed = false;
    const moves = table.own.flatMap((lease) => {
      const to = candidates.chooseSuccessor(lease.exchange, isLeaving);
      return to === null ? [] : [{ lease, to }];
    });
    for (const { lease, to } of isLeaving ? moves : moves.slice(0, movesPerBeat)) {
      const transfer = this.#transfer(lease, to).finally(() => this.#running.delete(transfer));
      this.#running.add(transfer);
    }
  }

  /** Waits for those that have started. True if no exchange is left here that another instance may own. */
  async areDone(): Promise<boolean> {
    const { table, candidates } = this.#options;
    await Promise.all(this.#running);
    return !this.#hasFailed && !table.own.some(({ exchange }) => candidates.hasOther(exchange));
  }

  /** From now on, answers of Redis are ignored. */
  close(): void {
    this.#isClosed = true;
  }

  async #transfer(lease: Lease, to: string): Promise<void> {
    const { store, table, elapsed, onRefused } = this.#options;
    const sentAt = elapsed();
    table.suspend(lease.exchange);
    const given = await store.transfer(lease, to).catch(() => null);
    if (this.#isClosed) return;
    if (given) {
      table.take(given, sentAt);
      return;
    }
    this.#hasFailed = true;
    onRefused();
  }
}
