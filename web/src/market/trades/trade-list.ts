import type { TradeFieldsFragment } from './trades.graphql.ts';

export type Trade = TradeFieldsFragment;

/**
 * The newest trades of a market, newest first, each once.
 *
 * A subscription that begins at the time of the newest trade sends the trades of that millisecond again. At some
 * exchanges they have other ids then, so these trades make way for those that are sent, whatever their ids are.
 */
export class TradeList {
  readonly #max: number;
  #trades: readonly Trade[] = [];
  #since: number | null = null;

  constructor(max: number) {
    this.#max = max;
  }

  get trades(): readonly Trade[] {
    return this.#trades;
  }

  /** The time, in epoch ms, from which on a new subscription is to send trades; null if none is known. */
  resume(): number | null {
    this.#since = this.#trades[0]?.timestamp ?? null;
    return this.#since;
  }

  /** Replaces the list by the answer to a query. The server lists the oldest trade first. */
  replace(answer: readonly Trade[]): void {
    this.#trades = [];
    this.add(answer);
  }

  /** Adds the trades of an event, oldest first. */
  add(event: readonly Trade[]): void {
    const since = this.#since;
    this.#since = null;
    const kept = since === null ? this.#trades : this.#trades.filter(({ timestamp }) => timestamp < since);
    const known = new Set(kept.map(({ id }) => id));
    const added = event.filter(({ id }) => !known.has(id));
    this.#trades = [...added.toReversed(), ...kept].slice(0, this.#max);
  }
}
