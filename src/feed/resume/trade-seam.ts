import { contentOf, distinctId, type Trade } from '../../market/model/trade.ts';
import { lagMs } from '../reconcile/lag.ts';
import type { LiveTrades } from '../reconcile/trade-reconciler.ts';
import type { TradeHistory } from './trade-history.ts';

export interface TradeSeamOptions {
  /** The history that is sent before the live trades. Trades from before it are not wanted. */
  readonly history: TradeHistory;
  readonly live: LiveTrades;
  /** The earliest possible time of a live trade, epoch ms. */
  readonly liveFrom: number;
}

/**
 * The seam between history and live trades: leaves out the first live trades if the history contains them. Trades are
 * compared by id if live trades have the same ids as fetched ones, otherwise by content, as in `KnownTrades`.
 */
export class TradeSeam {
  readonly #from: number;
  readonly #live: LiveTrades;
  /** The history contains no live trade after this time, epoch ms. */
  readonly #until: number;
  readonly #ids = new Set<string>();
  /** For each content, how many trades of the history have not been repeated by a live trade so far. */
  readonly #contents = new Map<string, number>();
  #isPassed = false;

  constructor({ history: { trades, from }, live, liveFrom }: TradeSeamOptions) {
    this.#from = from;
    this.#live = live;
    this.#until = (trades.at(-1)?.timestamp ?? Number.NEGATIVE_INFINITY) + lagMs;
    for (const trade of trades) {
      if (trade.timestamp < liveFrom) continue;
      const id = distinctId(trade);
      if (id !== null) this.#ids.add(id);
      const content = contentOf(trade);
      this.#contents.set(content, (this.#contents.get(content) ?? 0) + 1);
    }
  }

  /** Returns the live trades that are wanted and not in the history: the same list if that is all of them. */
  withoutHistory(trades: readonly Trade[]): readonly Trade[] {
    if (!this.#isPassed && trades.every(({ timestamp }) => timestamp > this.#until)) this.#pass();
    const wanted = trades.filter((trade) => trade.timestamp >= this.#from && !this.#isRepeated(trade));
    return wanted.length === trades.length ? trades : Object.freeze(wanted);
  }

  #isRepeated(trade: Trade): boolean {
    if (this.#isPassed) return false;
    const content = contentOf(trade);
    const id = distinctId(trade);
    const isKnownById = id !== null && this.#ids.has(id);
    if (!isKnownById && this.#ids.size > 0 && this.#live.hasFetchedId(trade)) return false;
    const count = this.#contents.get(content) ?? 0;
    if (count > 0) this.#contents.set(content, count - 1);
    return isKnownById || count > 0;
  }

  #pass(): void {
    this.#isPassed = true;
    this.#ids.clear();
    this.#contents.clear();
  }
}
