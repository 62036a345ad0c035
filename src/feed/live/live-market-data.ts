import type { Clock } from '../../base/clock.ts';
import { MarketDataError } from '../../market/errors.ts';
import { type OrderBook, toDepth } from '../../market/model/order-book.ts';
import { toStale } from '../../market/model/staleness.ts';
import type { Ticker } from '../../market/model/ticker.ts';
import type { FetchOptions, MarketData, TickerResults } from '../../market/ports/market-data.ts';
import { requireLimit } from '../../market/row-limits.ts';
import type { Feeds } from './feeds.ts';
import { LastServed } from './last-served.ts';
import { LiveFreshness } from './live-freshness.ts';
import type { LiveValue } from './live-value.ts';

export interface LiveMarketDataOptions {
  readonly upstream: MarketData;
  readonly feeds: Pick<Feeds, 'liveTicker' | 'liveOrderBook' | 'offerTicker'>;
  readonly clock: Clock;
  /** How old a last known value may be and still answer, marked stale, while its exchange fails, in ms. */
  readonly staleMaxMs: number;
}

/**
 * The market data port for queries: what is live answers from the feed, without a call. Where the feed fails and the
 * call does too, its last known value answers, marked stale, if it is not too old.
 */
export function createLiveMarketData({ upstream, feeds, clock, staleMaxMs }: LiveMarketDataOptions): MarketData {
  const lastServed = new LastServed(clock);

  function lastKnown<V extends { readonly receivedAt: number; readonly stale: boolean }>(
    value: V | undefined,
    error: MarketDataError,
  ): V | null {
    const isMistake = error.isFinal || error.code === 'BAD_USER_INPUT';
    if (!value || isMistake || clock.now() - value.receivedAt > staleMaxMs) return null;
    return toStale(value);
  }

  function better(exchange: string, symbol: string, fetched: Ticker | MarketDataError): Ticker | MarketDataError {
    if (!(fetched instanceof MarketDataError)) {
      if (!fetched.stale) feeds.offerTicker(fetched);
      else return newer(fetched, feeds.liveTicker(exchange, symbol)?.value);
      return fetched;
    }
    return lastKnown(feeds.liveTicker(exchange, symbol)?.value, fetched) ?? fetched;
  }

  async function fetchTickers(
    exchange: string,
    symbols: readonly string[],
    options: FetchOptions = {},
  ): Promise<TickerResults> {
    const results = new Map<string, Ticker | MarketDataError>();
    const missing: string[] = [];
    for (const symbol of symbols) {
      const live = feeds.liveTicker(exchange, symbol);
      if (live?.isCurrent) results.set(symbol, live.value);
      else missing.push(symbol);
    }
    const freshness = new LiveFreshness(options.onFresh);
    for (const [symbol, live] of results) {
      freshness.addLive(() => feeds.liveTicker(exchange, symbol));
      if (!(live instanceof MarketDataError)) lastServed.mark('ticker', live);
    }
    if (missing.length > 0) {
      const asked = { ...options, onFresh: freshness.ofFetched };
      const fetched = new Map(await upstream.fetchTickers(exchange, missing, asked));
      const outdated = [...fetched].flatMap(([symbol, ticker]) =>
        lastServed.isNewer('ticker', ticker) ? [symbol] : [],
      );
      if (outdated.length > 0) {
        for (const [symbol, ticker] of await upstream.fetchTickers(exchange, outdated, { ...asked, maxAgeMs: 1 })) {
          fetched.set(symbol, ticker);
        }
      }
      for (const [symbol, outcome] of fetched) {
        results.set(symbol, better(exchange, symbol, outcome));
        freshness.addFetched(() => feeds.liveTicker(exchange, symbol));
      }
    }
    freshness.tell();
    return results;
  }

  return {
    ...upstream,
    fetchTickers,
    fetchOrderBook: async (query, options = {}) => {
      const { exchange, symbol } = query;
      const limit = requireLimit(query.limit, { exchange, symbol });
      const find = (): LiveValue<OrderBook> | null => feeds.liveOrderBook(exchange, symbol, limit);
      const freshness = new LiveFreshness(options.onFresh);
      const live = find();
      if (live?.isCurrent) {
        freshness.addLive(find);
        freshness.tell();
        lastServed.mark('book', live.value);
        return toDepth(live.value, limit);
      }
      try {
        const asked = { ...options, onFresh: freshness.ofFetched };
        let book = await upstream.fetchOrderBook(query, asked);
        if (lastServed.isNewer('book', book)) book = await upstream.fetchOrderBook(query, { ...asked, maxAgeMs: 0 });
        freshness.addFetched(find);
        freshness.tell();
        return book;
      } catch (error) {
        if (!(error instanceof MarketDataError)) throw error;
        const known = lastKnown(find()?.value, error);
        if (!known) throw error;
        return toDepth(known, limit);
      }
    },
  };
}

/** The one that was received later; both are stale. */
function newer(fetched: Ticker, live: Ticker | undefined): Ticker {
  if (!live || live.receivedAt <= fetched.receivedAt) return fetched;
  return toStale(live);
}
