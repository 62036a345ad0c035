import { ageOf } from '../../base/age.ts';
import type { Clock } from '../../base/clock.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { Fresh } from '../../market/model/fresh.ts';
import { type OrderBook, type OrderBookQuery, toDepth } from '../../market/model/order-book.ts';
import { toStale } from '../../market/model/staleness.ts';
import type { Ticker } from '../../market/model/ticker.ts';
import type { FetchOptions, MarketData, TickerResult, TickerResults } from '../../market/ports/market-data.ts';
import { requireLimit } from '../../market/row-limits.ts';
import type { Feeds } from './feeds.ts';
import { LastServed } from './last-served.ts';
import type { LiveValue } from './live-value.ts';
import { TickerWatch } from './ticker-watch.ts';

export interface LiveMarketDataOptions {
  readonly upstream: MarketData;
  readonly feeds: Pick<Feeds, 'liveTicker' | 'liveOrderBook' | 'offerTicker'>;
  readonly clock: Clock;
  /** The maximum age of a last known value that answers, marked stale, while its exchange fails, in ms. */
  readonly staleMaxMs: number;
}

/**
 * The market data port for queries. The feed answers for live markets, without a call. If both the feed and the call
 * fail, the feed's last known value answers, marked stale, unless it is too old.
 *
 * A live value is fresh until the feed has another one. A fetched value is fresh for as long as its cache says, or
 * until the feed has a value of the same market.
 */
export function createLiveMarketData({ upstream, feeds, clock, staleMaxMs }: LiveMarketDataOptions): MarketData {
  const lastServed = new LastServed(clock);

  function lastKnown<V extends { readonly receivedAt: number; readonly stale: boolean }>(
    value: V | undefined,
    error: MarketDataError,
  ): V | null {
    const isMistake = error.isFinal || error.code === 'BAD_USER_INPUT';
    if (!value || isMistake || ageOf(value.receivedAt, clock.now()) > staleMaxMs) return null;
    return toStale(value);
  }

  /** Returns the better of the fetched value and the value of the feed. Gives the feed a value that is new to it. */
  function better(exchange: string, symbol: string, fetched: TickerResult): TickerResult {
    if (fetched instanceof MarketDataError) {
      const value = lastKnown(feeds.liveTicker(exchange, symbol)?.value, fetched);
      return value ? { value, freshUntil: 0 } : fetched;
    }
    if (fetched.value.stale) {
      return { ...fetched, value: newer(fetched.value, feeds.liveTicker(exchange, symbol)?.value) };
    }
    feeds.offerTicker(fetched.value);
    return fetched;
  }

  /** Fetches tickers. A ticker older than the one that queries received before is fetched once more. */
  async function fetchMissing(
    exchange: string,
    symbols: readonly string[],
    options: FetchOptions | undefined,
  ): Promise<TickerResults> {
    const fetched = await upstream.fetchTickers(exchange, symbols, options);
    const outdated: string[] = [];
    for (const [symbol, result] of fetched) {
      if (!(result instanceof MarketDataError) && lastServed.isNewer('ticker', result.value)) outdated.push(symbol);
    }
    if (outdated.length === 0) return fetched;
    return new Map([...fetched, ...(await upstream.fetchTickers(exchange, outdated, { ...options, maxAgeMs: 1 }))]);
  }

  async function fetchTickers(
    exchange: string,
    symbols: readonly string[],
    options?: FetchOptions,
  ): Promise<TickerResults> {
    const results = new Map<string, TickerResult>();
    const watch = new TickerWatch(feeds, exchange);
    const missing: string[] = [];
    for (const symbol of symbols) {
      const live = feeds.liveTicker(exchange, symbol);
      if (!live?.isCurrent) {
        missing.push(symbol);
        continue;
      }
      watch.addLive(symbol, live.value);
      lastServed.mark('ticker', live.value);
      results.set(symbol, { value: live.value, freshUntil: Number.POSITIVE_INFINITY, isCurrent: watch.isCurrent });
    }
    if (missing.length === 0) return results;
    for (const [symbol, fetched] of await fetchMissing(exchange, missing, options)) {
      const result = better(exchange, symbol, fetched);
      if (result instanceof MarketDataError) {
        results.set(symbol, result);
        continue;
      }
      watch.addFetched(symbol, result);
      results.set(symbol, { value: result.value, freshUntil: result.freshUntil, isCurrent: watch.isCurrent });
    }
    return results;
  }

  async function fetchOrderBook(query: OrderBookQuery, options?: FetchOptions): Promise<Fresh<OrderBook>> {
    const { exchange, symbol } = query;
    const limit = requireLimit(query.limit, { exchange, symbol });
    const find = (): LiveValue<OrderBook> | null => feeds.liveOrderBook(exchange, symbol, limit);
    const live = find();
    if (live?.isCurrent) {
      lastServed.mark('book', live.value);
      const isCurrent = (): boolean => {
        const now = find();
        return now?.value === live.value && now.isCurrent;
      };
      return { value: toDepth(live.value, limit), freshUntil: Number.POSITIVE_INFINITY, isCurrent };
    }
    try {
      let fetched = await upstream.fetchOrderBook(query, options);
      if (lastServed.isNewer('book', fetched.value)) {
        fetched = await upstream.fetchOrderBook(query, { ...options, maxAgeMs: 0 });
      }
      const { value, freshUntil, isCurrent } = fetched;
      const known = find()?.value;
      return { value, freshUntil, isCurrent: () => find()?.value === known && isCurrent?.() !== false };
    } catch (error) {
      if (!(error instanceof MarketDataError)) throw error;
      const known = lastKnown(find()?.value, error);
      if (!known) throw error;
      return { value: toDepth(known, limit), freshUntil: 0 };
    }
  }

  return {
    exchanges: () => upstream.exchanges(),
    exchange: (id) => upstream.exchange(id),
    fetchMarkets: (exchange) => upstream.fetchMarkets(exchange),
    fetchTimeframes: (exchange, symbol) => upstream.fetchTimeframes(exchange, symbol),
    fetchTickers,
    fetchCandles: (query, options) => upstream.fetchCandles(query, options),
    fetchOrderBook,
    fetchTrades: (query, options) => upstream.fetchTrades(query, options),
  };
}

/** Returns the value that was received later. Both are stale. */
function newer(fetched: Ticker, live: Ticker | undefined): Ticker {
  return !live || live.receivedAt <= fetched.receivedAt ? fetched : toStale(live);
}
