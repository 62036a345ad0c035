import DataLoader from 'dataloader';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock.ts';
import { MarketDataError } from '../market/errors.ts';
import { marketKind } from '../market/market-ref.ts';
import type { Ticker } from '../market/model/ticker.ts';
import type { MarketData } from '../market/ports/market-data.ts';

export interface TickerCacheOptions {
  readonly upstream: Pick<MarketData, 'fetchTickers'>;
  readonly clock: Clock;
  /** How long a fetched ticker answers, in ms. */
  readonly ttlMs: number;
  /** How old a last known ticker may be and still answer, marked stale, while its exchange fails, in ms. */
  readonly staleMaxMs: number;
  /** Called once for each symbol of a query that takes what is known: true where no call was waited for. */
  readonly onLookup?: (isHit: boolean) => void;
}

/** What is known of one market: its last ticker, and the failure to renew it, if that came after. */
interface Entry {
  readonly ticker: Ticker;
  readonly failure: { readonly error: MarketDataError; readonly at: number } | null;
}

/** DataLoader takes an Error among its values for a rejection; boxed, it is one answer among others. */
interface Boxed {
  readonly result: Ticker | MarketDataError;
}

/** A result, and until when asking again would bring the same, epoch ms; 0 of an error, which is never to be kept. */
interface Found {
  readonly result: Ticker | MarketDataError;
  readonly freshUntil: number;
}

/** Misses that come within this time, from whatever request, travel in one upstream call; little beside a call's own time. */
const gatherMs = 10;

/** Some 500 bytes each. */
const maxEntries = 20_000;

/**
 * Tickers in this process: a fresh one answers at once, one fetch is in flight per market, misses of all requests are
 * gathered into one call per exchange and kind of market, and while an exchange fails its last known tickers answer,
 * marked stale.
 */
export function createTickerCache({
  upstream,
  clock,
  ttlMs,
  staleMaxMs,
  onLookup,
}: TickerCacheOptions): Pick<MarketData, 'fetchTickers'> {
  const entries = new LRUCache<string, Entry>({ max: maxEntries });
  const loaders = new Map<string, DataLoader<string, Boxed>>();
  const inFlight = new Map<string, Promise<Boxed>>();

  /** One loader per kind of market: what asks for spot must not wait for an address that serves contracts and hangs. */
  function loaderOf(exchange: string, symbol: string): DataLoader<string, Boxed> {
    const key = toKey(exchange, marketKind(symbol));
    const existing = loaders.get(key);
    if (existing) return existing;
    const loader = new DataLoader<string, Boxed>(
      async (symbols) => {
        const results = await upstream.fetchTickers(exchange, symbols);
        return symbols.map((symbol) => {
          const result = results.get(symbol);
          if (!result) throw new Error(`the port gave no entry for ${exchange} ${symbol}`);
          remember(exchange, symbol, result);
          return { result };
        });
      },
      // The loader's own cache would let whoever joins a fetch wait for the next batch as well.
      { cache: false, batchScheduleFn: (callback) => clock.after(gatherMs, callback) },
    );
    loaders.set(key, loader);
    return loader;
  }

  /** One fetch per market at a time: whoever asks while it is under way gets its result. */
  function load(exchange: string, symbol: string): Promise<Boxed> {
    const key = toKey(exchange, symbol);
    const underWay = inFlight.get(key);
    if (underWay) return underWay;
    const loading = loaderOf(exchange, symbol)
      .load(symbol)
      .finally(() => inFlight.delete(key));
    inFlight.set(key, loading);
    return loading;
  }

  function remember(exchange: string, symbol: string, result: Ticker | MarketDataError): void {
    const key = toKey(exchange, symbol);
    if (!(result instanceof MarketDataError)) {
      entries.set(key, { ticker: result, failure: null });
      return;
    }
    const known = entries.get(key);
    // What the exchange says it does not have must not answer as last known value later.
    if (result.isFinal) entries.delete(key);
    else if (known) entries.set(key, { ticker: known.ticker, failure: { error: result, at: clock.now() } });
  }

  /** True for less than `ageMs` after the instant. A time to come, since the clock was set back, is as good as long ago. */
  function isWithin(instant: number, ageMs: number): boolean {
    const age = clock.now() - instant;
    return age >= 0 && age < ageMs;
  }

  /** The last known ticker, marked stale while its exchange fails, or the failure once it is too old for that. */
  function answer({ ticker, failure }: Entry, maxAgeMs: number): Found {
    if (!failure) return { result: ticker, freshUntil: ticker.receivedAt + maxAgeMs };
    if (!isWithin(ticker.receivedAt, staleMaxMs + 1)) return { result: failure.error, freshUntil: 0 };
    const freshUntil = Math.min(failure.at + maxAgeMs, ticker.receivedAt + staleMaxMs + 1);
    return { result: Object.freeze({ ...ticker, stale: true }), freshUntil };
  }

  async function find(exchange: string, symbol: string, maxAgeMs: number): Promise<Found> {
    if (maxAgeMs > 0) {
      const entry = entries.get(toKey(exchange, symbol));
      const triedAt = entry?.failure?.at ?? entry?.ticker.receivedAt;
      // Where renewing failed just now, it is not tried again at once.
      const isHit = triedAt !== undefined && isWithin(triedAt, maxAgeMs);
      onLookup?.(isHit);
      if (entry && isHit) return answer(entry, maxAgeMs);
    }
    const { result } = await load(exchange, symbol);
    const isError = result instanceof MarketDataError;
    if (!isError) return { result, freshUntil: result.receivedAt + maxAgeMs };
    const known = maxAgeMs > 0 ? entries.get(toKey(exchange, symbol)) : undefined;
    return known ? answer(known, maxAgeMs) : { result, freshUntil: 0 };
  }

  return {
    // At least 1 ms, so that a query is never the kind of call that wants no last known value.
    fetchTickers: async (exchange, symbols, { maxAgeMs = Math.max(1, ttlMs), onFresh } = {}) => {
      const found = await Promise.all(symbols.map((symbol) => find(exchange, symbol, maxAgeMs)));
      onFresh?.(found.reduce((earliest, { freshUntil }) => Math.min(earliest, freshUntil), Number.POSITIVE_INFINITY));
      return new Map(found.map(({ result }, index) => [symbols[index] ?? '', result]));
    },
  };
}

function toKey(exchange: string, symbol: string): string {
  return `${exchange}\n${symbol}`;
}
