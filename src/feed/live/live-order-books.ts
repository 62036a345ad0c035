import { MarketDataError } from '../../market/errors.ts';
import type { Fresh } from '../../market/model/fresh.ts';
import { type OrderBook, type OrderBookQuery, toDepth } from '../../market/model/order-book.ts';
import type { FetchOptions } from '../../market/ports/market-data.ts';
import { requireLimit } from '../../market/row-limits.ts';
import { toLastKnown } from './last-known.ts';
import type { LastServed } from './last-served.ts';
import type { LiveMarketDataOptions } from './live-options.ts';
import type { LiveValue } from './live-value.ts';

/** Answers queries for order books: from the feed if it keeps enough levels up to date, otherwise with a call. */
export class LiveOrderBooks {
  readonly #options: LiveMarketDataOptions;
  readonly #lastServed: LastServed;

  constructor(options: LiveMarketDataOptions, lastServed: LastServed) {
    this.#options = options;
    this.#lastServed = lastServed;
  }

  async fetch(query: OrderBookQuery, options?: FetchOptions): Promise<Fresh<OrderBook>> {
    const { feeds, clock, staleMaxMs } = this.#options;
    const { exchange, symbol } = query;
    const limit = requireLimit(query.limit, { exchange, symbol });
    const find = (): LiveValue<OrderBook> | null => feeds.liveOrderBook(exchange, symbol, limit);
    const live = find();
    if (live?.isCurrent) {
      this.#lastServed.mark('book', live.value);
      const isCurrent = (): boolean => {
        const now = find();
        return now?.value === live.value && now.isCurrent;
      };
      return { value: toDepth(live.value, limit), freshUntil: Number.POSITIVE_INFINITY, isCurrent };
    }
    try {
      const fetched = await this.#fetchMissing(query, options);
      const known = find()?.value;
      return { ...fetched, isCurrent: () => find()?.value === known && fetched.isCurrent?.() !== false };
    } catch (error) {
      if (!(error instanceof MarketDataError)) throw error;
      const known = toLastKnown(find()?.value, error, clock.now(), staleMaxMs);
      if (!known) throw error;
      return { value: toDepth(known, limit), freshUntil: 0 };
    }
  }

  /** Fetches the book, and fetches it again if it is older than the book that answered an earlier query. */
  async #fetchMissing(query: OrderBookQuery, options?: FetchOptions): Promise<Fresh<OrderBook>> {
    const { upstream } = this.#options;
    const fetched = await upstream.fetchOrderBook(query, options);
    if (!this.#lastServed.isNewer('book', fetched.value)) return fetched;
    return upstream.fetchOrderBook(query, { ...options, maxAgeMs: 0 });
  }
}
