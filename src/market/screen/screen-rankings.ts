import { LRUCache } from 'lru-cache';
import { Yielding } from '../../base/yielding.ts';
import type { AllTickers } from '../model/all-tickers.ts';
import type { Ticker } from '../model/ticker.ts';
import type { ScreenCriteria } from './criteria.ts';
import { rankTickers } from './rank-tickers.ts';

/** Several thousand tickers are ranked in about as long, in ms. */
const maxBlockMs = 4;

/** How many rankings of the same tickers are remembered. Each takes 8 bytes per market. */
const maxRankings = 30;

type Rankings = LRUCache<string, readonly Ticker[]>;

/**
 * Ranks the tickers of an exchange once for each set of criteria, however many clients look at it. A ranking is forgotten
 * with its tickers. New tickers make all screens need a ranking at the same time: the event loop gets a turn in between.
 */
export class ScreenRankings {
  readonly #yielding = new Yielding(maxBlockMs);
  readonly #rankings = new WeakMap<readonly Ticker[], Rankings>();

  /** The first tickers of the ranking. */
  async first(all: AllTickers, criteria: ScreenCriteria, count: number): Promise<readonly Ticker[]> {
    const { stale, source } = all;
    const isAsFetched = (ticker: Ticker): boolean => (ticker.stale || !stale) && ticker.source === source;
    const ranked = await this.#rank(all.tickers, criteria);
    return ranked
      .slice(0, count)
      .map((ticker) =>
        isAsFetched(ticker) ? ticker : Object.freeze({ ...ticker, source, stale: stale || ticker.stale }),
      );
  }

  async #rank(tickers: readonly Ticker[], criteria: ScreenCriteria): Promise<readonly Ticker[]> {
    const { rankBy, order, quote, minQuoteVolume } = criteria;
    const rankings = this.#rankingsOf(tickers);
    const key = JSON.stringify([rankBy, order, quote, minQuoteVolume]);
    const rankNow = (): readonly Ticker[] => {
      const ranked = rankTickers(tickers, criteria);
      rankings.set(key, ranked);
      return ranked;
    };
    // While this ranking waits for its turn, another client may need the same one.
    return rankings.get(key) ?? this.#yielding.run(() => rankings.get(key) ?? rankNow());
  }

  #rankingsOf(tickers: readonly Ticker[]): Rankings {
    const known = this.#rankings.get(tickers) ?? new LRUCache({ max: maxRankings });
    this.#rankings.set(tickers, known);
    return known;
  }
}
