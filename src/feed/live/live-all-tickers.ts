import { MarketDataError } from '../../market/errors.ts';
import type { AllTickers, AllTickersQuery } from '../../market/model/all-tickers.ts';
import type { Fresh } from '../../market/model/fresh.ts';
import type { FetchOptions } from '../../market/ports/market-data.ts';
import { toLastKnown } from './last-known.ts';
import type { LastServed } from './last-served.ts';
import type { LiveMarketDataOptions } from './live-options.ts';

/** Answers queries for all tickers of an exchange: from the feed if it keeps them up to date, otherwise with calls. */
export class LiveAllTickers {
  readonly #options: LiveMarketDataOptions;
  readonly #lastServed: LastServed;

  constructor(options: LiveMarketDataOptions, lastServed: LastServed) {
    this.#options = options;
    this.#lastServed = lastServed;
  }

  async fetch(query: AllTickersQuery, options?: FetchOptions): Promise<Fresh<AllTickers>> {
    const { feeds, clock, staleMaxMs } = this.#options;
    const live = feeds.liveAllTickers(query);
    if (live?.isCurrent) {
      this.#lastServed.mark('all tickers', toServed(live.value));
      const isCurrent = (): boolean => {
        const now = feeds.liveAllTickers(query);
        return now?.value === live.value && now.isCurrent;
      };
      return { value: live.value, freshUntil: Number.POSITIVE_INFINITY, isCurrent };
    }
    try {
      const fetched = await this.#fetchMissing(query, options);
      const known = feeds.liveAllTickers(query)?.value;
      const isCurrent = (): boolean => feeds.liveAllTickers(query)?.value === known && fetched.isCurrent?.() !== false;
      return { ...fetched, isCurrent };
    } catch (error) {
      if (!(error instanceof MarketDataError)) throw error;
      const known = toLastKnown(feeds.liveAllTickers(query)?.value, error, clock.now(), staleMaxMs);
      if (!known) throw error;
      return { value: known, freshUntil: 0 };
    }
  }

  /** Fetches the tickers, and fetches them again if they are older than those that answered an earlier query. */
  async #fetchMissing(query: AllTickersQuery, options?: FetchOptions): Promise<Fresh<AllTickers>> {
    const { upstream } = this.#options;
    const fetched = await upstream.fetchAllTickers(query, options);
    if (!this.#lastServed.isNewer('all tickers', toServed(fetched.value))) return fetched;
    return upstream.fetchAllTickers(query, { ...options, maxAgeMs: 0 });
  }
}

/** The tickers of each type are remembered apart. */
function toServed({ exchange, type, receivedAt, stale }: AllTickers) {
  return { exchange, symbol: type ?? '', receivedAt, stale };
}
