import type { Trade, TradeQuery } from '../../market/model/trade.ts';

/** The newest trades of a market in the order of their times, without any missing in between. */
export class RecentTrades {
  readonly #trades: readonly Trade[];
  /** No trade after this time is missing, epoch ms; null until the next trade. */
  readonly #after: number | null;
  /** True if there are no earlier trades, as far as calls show. */
  readonly #isWhole: boolean;

  constructor(trades: readonly Trade[] = [], after: number | null = Number.NEGATIVE_INFINITY, isWhole = true) {
    this.#trades = trades;
    this.#after = after;
    this.#isWhole = isWhole;
  }

  /** With more trades, of which the newest `max` are kept. */
  add(trades: readonly Trade[], max: number): RecentTrades {
    if (trades.length === 0) return this;
    const all = [...this.#trades, ...trades].sort((a, b) => a.timestamp - b.timestamp);
    const after = this.#after ?? all[0]?.timestamp ?? null;
    const dropped = all.at(-1 - max);
    // As many trades as the first call asks for may be the newest of more.
    if (!dropped) return new RecentTrades(all, after, this.#isWhole && all.length < max);
    return new RecentTrades(all.slice(-max), Math.max(after ?? dropped.timestamp, dropped.timestamp), false);
  }

  /** What is left once trades have been lost: nothing. Others of the time of the next trade may be missing too. */
  lose(): RecentTrades {
    return new RecentTrades([], null, false);
  }

  /** The answer to a query, as a call would return it; null if it may contain earlier trades. */
  read({ since, limit }: TradeQuery): readonly Trade[] | null {
    if (since === undefined) return this.#isWhole || this.#trades.length >= limit ? this.#trades.slice(-limit) : null;
    if (this.#after === null || since <= this.#after) return null;
    return this.#trades.filter(({ timestamp }) => timestamp >= since).slice(0, limit);
  }
}
