import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock.ts';
import { type MarketRef, toKindKey, toMarketKey } from '../market/market-ref.ts';
import type { CacheEntry, CacheStore } from './cache-store.ts';

/** A market whose ticker is asked for again and again. */
interface HotTicker {
  readonly market: MarketRef;
  /** When it was last asked for, epoch ms. */
  askedAt: number;
  /** True if it has been renewed before it expired, to bring it in step with others. */
  wasEarly: boolean;
}

export interface HotTickersOptions {
  readonly store: Pick<CacheStore<CacheEntry & { readonly failure: Error | null }>, 'get'>;
  readonly clock: Clock;
  /** How long a fetched ticker answers, in ms. */
  readonly ttlMs: number;
}

/** One takes about 200 bytes. */
const maxTickers = 2000;

/**
 * The hot tickers, so that those of one kind are renewed together. Clients that first ask for ten tickers at different
 * times would otherwise cause ten calls per time to live for good. Each ticker is renewed too early once at most: then
 * it expires together with the others, or the exchange sends them one by one.
 */
export class HotTickers {
  readonly #options: HotTickersOptions;
  readonly #tickers = new LRUCache<string, HotTicker>({ max: maxTickers });

  constructor(options: HotTickersOptions) {
    this.#options = options;
  }

  add(market: MarketRef): void {
    const known = this.#tickers.get(toMarketKey(market));
    const askedAt = this.#options.clock.now();
    if (known) known.askedAt = askedAt;
    else this.#tickers.set(toMarketKey(market), { market, askedAt, wasEarly: false });
  }

  /** Called when a ticker is asked for, hot or not. */
  onAsk(market: MarketRef): void {
    const known = this.#tickers.get(toMarketKey(market));
    if (known) known.askedAt = this.#options.clock.now();
  }

  delete(market: MarketRef): void {
    this.#tickers.delete(toMarketKey(market));
  }

  /** The tickers of the same kind of market that were asked for since they were received, and may be renewed now. */
  of(market: MarketRef): readonly MarketRef[] {
    const { store, clock, ttlMs } = this.#options;
    const now = clock.now();
    const kind = toKindKey(market);
    const found: MarketRef[] = [];
    for (const [key, ticker] of this.#tickers.entries()) {
      if (toKindKey(ticker.market) !== kind) continue;
      const entry = store.get(key);
      if (!entry || entry.failure || now - ticker.askedAt > 2 * ttlMs) {
        this.#tickers.delete(key);
        continue;
      }
      if (ticker.askedAt <= entry.storedAt) continue;
      const isEarly = now < entry.storedAt + ttlMs;
      if (isEarly && ticker.wasEarly) continue;
      ticker.wasEarly ||= isEarly;
      found.push(ticker.market);
    }
    return found;
  }
}
