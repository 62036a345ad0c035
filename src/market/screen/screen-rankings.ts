import { LRUCache } from 'lru-cache';
import type { AllTickers } from '../model/all-tickers.ts';
import type { Ticker } from '../model/ticker.ts';
import type { ScreenCriteria } from './criteria.ts';
import { rankTickers } from './rank-tickers.ts';

/** How many rankings of the same tickers are remembered. Each takes 8 bytes per market. */
const maxRankings = 30;

type Rankings = LRUCache<string, readonly Ticker[]>;

/**
 * Ranks the tickers of an exchange once for each set of criteria, however many clients look at it. A ranking is forgotten
 * with its tickers.
 */
export class ScreenRankings {
  readonly #rankings = new WeakMap<readonly Ticker[], Rankings>();

  /** The first tickers of the ranking. */
  first(all: AllTickers, criteria: ScreenCriteria, count: number): readonly Ticker[] {
    const { stale, source } = all;
    const isAsFetched = (ticker: Ticker): boolean => (ticker.stale || !stale) && ticker.source === source;
    return this.#rank(all.tickers, criteria)
      .slice(0, count)
      .map((ticker) =>
        isAsFetched(ticker) ? ticker : Object.freeze({ ...ticker, source, stale: stale || ticker.stale }),
      );
  }

  #rank(tickers: readonly Ticker[], criteria: ScreenCriteria): readonly Ticker[] {
    const { rankBy, order, quote, minQuoteVolume } = criteria;
    let rankings = this.#rankings.get(tickers);
    if (!rankings) {
      rankings = new LRUCache({ max: maxRankings });
      this.#rankings.set(tickers, rankings);
    }
    const key = JSON.stringify([rankBy, order, quote, minQuoteVolume]);
    const ranked = rankings.get(key) ?? rankTickers(tickers, criteria);
    rankings.set(key, ranked);
    return ranked;
  }
}
