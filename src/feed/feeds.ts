import { MarketDataError } from '../market/error.ts';
import type { MarketData } from '../market/market-data.ts';
import type { TickerEvent } from './hub.ts';
import { TickerFeed, type TickerFeedOptions } from './ticker-feed.ts';

/** How much is live; all zero when nobody listens and the linger time has passed. */
export interface FeedCounts {
  readonly upstreams: number;
  readonly symbols: number;
  readonly subscribers: number;
}

/** Live market data of every exchange: one upstream per exchange however many listen. */
export interface Feeds {
  /**
   * Of each symbol the latest known ticker at once, then each change; a slow reader misses changes in between, never
   * the latest. While the exchange fails the last one comes once more, marked stale. Throws EXCHANGE_NOT_FOUND,
   * BAD_USER_INPUT without any symbol, and EXCHANGE_UNAVAILABLE after `close()`; a symbol that does not exist is an
   * error among the events, and the last such ends them.
   */
  tickers(exchange: string, symbols: readonly string[]): AsyncIterableIterator<TickerEvent>;
  readonly counts: FeedCounts;
  /** Ends every upstream and every subscriber. */
  close(): void;
}

export interface FeedsOptions extends Omit<TickerFeedOptions, 'exchange' | 'onIdle' | 'marketData'> {
  readonly marketData: Pick<MarketData, 'exchange' | 'fetchTickers'>;
}

export function createFeeds(options: FeedsOptions): Feeds {
  const feeds = new Map<string, TickerFeed>();
  let closed = false;
  const sum = (count: (feed: TickerFeed) => number): number =>
    [...feeds.values()].reduce((total, feed) => total + count(feed), 0);

  return {
    tickers: (id, symbols) => {
      const exchange = options.marketData.exchange(id).id;
      if (closed) throw new MarketDataError('EXCHANGE_UNAVAILABLE', 'This server is stopping.', { exchange });
      if (symbols.length === 0) {
        throw new MarketDataError('BAD_USER_INPUT', 'symbols is empty; give at least one.', { exchange });
      }
      let feed = feeds.get(exchange);
      if (!feed) {
        feed = new TickerFeed({ ...options, exchange, onIdle: () => feeds.delete(exchange) });
        feeds.set(exchange, feed);
      }
      return feed.subscribe(symbols);
    },
    get counts() {
      return {
        upstreams: feeds.size,
        symbols: sum((feed) => feed.symbolCount),
        subscribers: sum((feed) => feed.subscriberCount),
      };
    },
    close: () => {
      closed = true;
      for (const feed of feeds.values()) feed.close();
      feeds.clear();
    },
  };
}
