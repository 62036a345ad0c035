import { MarketDataError } from '../../market/errors.ts';
import type { FetchOptions, TickerResult, TickerResults } from '../../market/ports/market-data.ts';
import { toLastKnown, toLaterKnown } from './last-known.ts';
import type { LastServed } from './last-served.ts';
import type { LiveMarketDataOptions } from './live-options.ts';
import { TickerWatch } from './ticker-watch.ts';

/** Answers queries for tickers: from the feed if it keeps them up to date, otherwise with calls. */
export class LiveTickers {
  readonly #options: LiveMarketDataOptions;
  readonly #lastServed: LastServed;

  constructor(options: LiveMarketDataOptions, lastServed: LastServed) {
    this.#options = options;
    this.#lastServed = lastServed;
  }

  async fetch(exchange: string, symbols: readonly string[], options?: FetchOptions): Promise<TickerResults> {
    const { feeds } = this.#options;
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
      this.#lastServed.mark('ticker', live.value);
      results.set(symbol, { value: live.value, freshUntil: Number.POSITIVE_INFINITY, isCurrent: watch.isCurrent });
    }
    if (missing.length === 0) return results;
    for (const [symbol, fetched] of await this.#fetchMissing(exchange, missing, options)) {
      const result = this.#toBetter(exchange, symbol, fetched);
      if (result instanceof MarketDataError) {
        results.set(symbol, result);
        continue;
      }
      watch.addFetched(symbol, result);
      results.set(symbol, { ...result, isCurrent: watch.isCurrent });
    }
    return results;
  }

  /** Fetches tickers, and fetches those again that are older than the tickers that answered earlier queries. */
  async #fetchMissing(exchange: string, symbols: readonly string[], options?: FetchOptions): Promise<TickerResults> {
    const { upstream } = this.#options;
    const fetched = await upstream.fetchTickers(exchange, symbols, options);
    const outdated: string[] = [];
    for (const [symbol, result] of fetched) {
      if (!(result instanceof MarketDataError) && this.#lastServed.isNewer('ticker', result.value))
        outdated.push(symbol);
    }
    if (outdated.length === 0) return fetched;
    return new Map([...fetched, ...(await upstream.fetchTickers(exchange, outdated, { ...options, maxAgeMs: 1 }))]);
  }

  /**
   * Returns the fetched ticker, or the feed's ticker if that is better. Subscribers receive a fetched ticker that is
   * new.
   */
  #toBetter(exchange: string, symbol: string, fetched: TickerResult): TickerResult {
    const { feeds, clock, staleMaxMs } = this.#options;
    if (fetched instanceof MarketDataError) {
      const known = feeds.liveTicker(exchange, symbol)?.value;
      const value = toLastKnown(known, fetched, clock.now(), staleMaxMs);
      return value ? { value, freshUntil: 0 } : fetched;
    }
    if (fetched.value.stale) {
      return { ...fetched, value: toLaterKnown(fetched.value, feeds.liveTicker(exchange, symbol)?.value) };
    }
    feeds.offerTicker(fetched.value);
    return fetched;
  }
}
