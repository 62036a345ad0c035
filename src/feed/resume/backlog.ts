import { Yielding } from '../../base/yielding.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { FeedEvent } from '../reconcile/feed-event.ts';

/**
 * How many historical candles and trades, about 150 bytes each, all subscriptions together can hold until they are
 * sent.
 */
const maxHeld = 500_000;

/** Limits how many historical candles and trades all subscriptions together hold until they are sent. */
export class HistoryBudget {
  /**
   * Shared by all subscriptions. Without it, a fast client would receive its whole history in one turn of the event
   * loop.
   */
  readonly yielding = new Yielding();
  readonly #max: number;
  #held = 0;

  constructor(max = maxHeld) {
    this.#max = max;
  }

  /** Number of candles and trades that are held. */
  get held(): number {
    return this.#held;
  }

  /** Throws OVERLOADED, which is retryable, if the limit would be exceeded. */
  take(rows: number): void {
    if (this.#held + rows > this.#max) {
      const message = 'This server is sending history to too many subscriptions at once: try again in a moment.';
      throw new MarketDataError('OVERLOADED', message);
    }
    this.#held += rows;
  }

  release(rows: number): void {
    this.#held -= rows;
  }
}

/**
 * Events of one subscription that wait to be taken, oldest first. They count in the budget while they wait. A taken
 * event is forgotten at once, because the messages made from it stay in memory as long as the event.
 */
export class Backlog<V> {
  readonly #budget: HistoryBudget;
  #events: (FeedEvent<V> | undefined)[] = [];
  #next = 0;

  constructor(budget: HistoryBudget) {
    this.#budget = budget;
  }

  get isEmpty(): boolean {
    return this.#next >= this.#events.length;
  }

  /** Adds all events, or none if the budget throws. */
  add(events: readonly FeedEvent<V>[]): void {
    this.#budget.take(countRows(events));
    this.#events = [...this.#events.slice(this.#next), ...events];
    this.#next = 0;
  }

  /** Takes the oldest event; undefined if there is none. */
  take(): FeedEvent<V> | undefined {
    const event = this.#events[this.#next];
    if (!event) return undefined;
    this.#events[this.#next] = undefined;
    this.#next += 1;
    this.#budget.release(countRows([event]));
    if (this.isEmpty) this.clear();
    return event;
  }

  /** Does the same, but in a later turn of the event loop if many events have been taken in this turn. */
  takeYielding(): Promise<FeedEvent<V> | undefined> {
    return this.#budget.yielding.run(() => this.take());
  }

  clear(): void {
    this.#budget.release(countRows(this.#events.slice(this.#next)));
    this.#events = [];
    this.#next = 0;
  }
}

function countRows(events: readonly (FeedEvent<unknown> | undefined)[]): number {
  return events.reduce((sum, event) => sum + (Array.isArray(event?.value) ? event.value.length : 1), 0);
}
