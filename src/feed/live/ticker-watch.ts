import type { Fresh } from '../../market/model/fresh.ts';
import type { Ticker } from '../../market/model/ticker.ts';
import type { Feeds } from './feeds.ts';

/** One ticker of an answer. */
interface Watched {
  readonly symbol: string;
  /** The feed's ticker at the time of the answer. */
  readonly known: Ticker | undefined;
  /** Null if the answer contains the feed's own value. */
  readonly fetched: Pick<Fresh<Ticker>, 'isCurrent'> | null;
}

/**
 * Watches the tickers of one answer. The answer is current until the feed's value of one of them changes. All tickers
 * of the answer share one function that checks this, which costs less than a thousand functions for a thousand tickers.
 */
export class TickerWatch {
  readonly #feeds: Pick<Feeds, 'liveTicker'>;
  readonly #exchange: string;
  readonly #watched: Watched[] = [];

  constructor(feeds: Pick<Feeds, 'liveTicker'>, exchange: string) {
    this.#feeds = feeds;
    this.#exchange = exchange;
  }

  /** Adds a ticker that the feed keeps up to date. */
  addLive(symbol: string, known: Ticker): void {
    this.#watched.push({ symbol, known, fetched: null });
  }

  /** Adds a ticker that was fetched. */
  addFetched(symbol: string, { isCurrent }: Fresh<Ticker>): void {
    const known = this.#feeds.liveTicker(this.#exchange, symbol)?.value;
    this.#watched.push({ symbol, known, fetched: isCurrent ? { isCurrent } : {} });
  }

  readonly isCurrent = (): boolean =>
    this.#watched.every(({ symbol, known, fetched }) => {
      const live = this.#feeds.liveTicker(this.#exchange, symbol);
      if (live?.value !== known) return false;
      return fetched ? fetched.isCurrent?.() !== false : live?.isCurrent === true;
    });
}
