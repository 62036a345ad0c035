import { Store } from '../../base/store.ts';
import type { Schedule } from './frame-schedule.ts';
import { emptyRow, type Problem, type Row, type Ticker, withTicker } from './row.ts';

/** For how long a price that has changed is marked, in ms. */
export const flashMs = 400;

/**
 * The rows of a watch list by the keys of their markets. An event is only put aside; the schedule decides when the newest
 * one of each market becomes visible. So a component renders when its own row has changed, at most as often as the
 * schedule allows, however many events arrive.
 */
export class TickerStore {
  /** Counts the times at which rows have changed, for those who look at all of them. */
  readonly changes = new Store(0);
  readonly #rows = new Map<string, Store<Row>>();
  readonly #gathered = new Map<string, Ticker>();
  /** The rows that are marked, and until when. */
  readonly #flashing = new Map<string, number>();
  readonly #schedule: Schedule;
  readonly #now: () => number;

  constructor(schedule: Schedule, now: () => number = () => performance.now()) {
    this.#schedule = schedule;
    this.#now = now;
  }

  /** The row of a market; empty until something is known of it. */
  row(key: string): Store<Row> {
    let row = this.#rows.get(key);
    if (!row) {
      row = new Store(emptyRow);
      this.#rows.set(key, row);
    }
    return row;
  }

  /** Takes an event. */
  receive(key: string, ticker: Ticker): void {
    this.#gathered.set(key, ticker);
    this.#request();
  }

  /** Takes the answer to a query. Prices that came meanwhile are newer. */
  describe(key: string, ticker: Ticker, priceStep: number | null): void {
    const row = this.row(key);
    row.set({ ...row.get(), priceStep });
    if (row.get().ticker === null && !this.#gathered.has(key)) this.receive(key, ticker);
  }

  /** Takes a reason why a market has no prices. It has none if prices have arrived. */
  fail(key: string, problem: Problem): void {
    const row = this.row(key);
    if (row.get().ticker === null) row.set({ ...row.get(), problem });
  }

  /** Forgets all other markets. */
  retain(keys: ReadonlySet<string>): void {
    for (const key of this.#rows.keys()) {
      if (keys.has(key)) continue;
      this.#rows.delete(key);
      this.#gathered.delete(key);
      this.#flashing.delete(key);
    }
  }

  close(): void {
    this.#schedule.cancel();
  }

  #request(): void {
    this.#schedule.request(() => this.#show());
  }

  #show(): void {
    const now = this.#now();
    for (const [key, ticker] of this.#gathered) {
      const row = this.row(key);
      const before = row.get();
      const after = withTicker(before, ticker);
      if (after.isFlashing && ticker.last !== before.ticker?.last) this.#flashing.set(key, now + flashMs);
      row.set(after);
    }
    this.#gathered.clear();
    for (const [key, until] of this.#flashing) {
      if (until > now) continue;
      this.#flashing.delete(key);
      const row = this.row(key);
      row.set({ ...row.get(), isFlashing: false });
    }
    this.changes.set(this.changes.get() + 1);
    if (this.#flashing.size > 0) this.#request();
  }
}
