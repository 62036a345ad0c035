import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock.ts';
import { type MarketRef, toKindKey, toMarketKey } from '../market/market-ref.ts';
import type { CacheEntry, CacheStore } from './cache-store.ts';

/** A market whose ticker is asked for again and again. */
interface HotTicker {
  readonly market: MarketRef;
  /** When it was last asked for, epoch ms. */
  askedAt: number;
  /** When it was last renewed as a companion, epoch ms; null if it was renewed by itself since then. */
  joinedAt: number | null;
}

export interface HotTickersOptions {
  readonly store: Pick<CacheStore<CacheEntry & { readonly failure: Error | null }>, 'get'>;
  readonly clock: Clock;
  /** How long a fetched ticker answers, in ms. */
  readonly ttlMs: number;
  /** True while a call for the ticker is in progress. */
  readonly isInFlight: (market: MarketRef) => boolean;
}

/** One takes about 200 bytes. */
const maxTickers = 2000;

/** Tickers of one answer are received within this time, in ms. */
const togetherMs = 50;

/** For how long no ticker of a kind is renewed early after the exchange has sent some one by one, in ms. */
const apartMs = 60_000;

/**
 * The hot tickers, so that those of one kind are renewed together. Clients that first ask for ten tickers at different
 * times would otherwise cause ten calls per time to live for good. A ticker that is renewed early, together with others,
 * expires together with them from then on. An exchange that sends them one by one is left alone: there, a ticker that is
 * renewed early is only one call more.
 */
export class HotTickers {
  readonly #options: HotTickersOptions;
  readonly #tickers = new LRUCache<string, HotTicker>({ max: maxTickers });
  /** Until when tickers of a kind are not renewed early, epoch ms. */
  readonly #apartUntil = new Map<string, number>();

  constructor(options: HotTickersOptions) {
    this.#options = options;
  }

  /** Called when a hot ticker is renewed because it was asked for. */
  add(market: MarketRef): void {
    this.#tickers.set(toMarketKey(market), { market, askedAt: this.#options.clock.now(), joinedAt: null });
  }

  /** Called when a fresh ticker is asked for, hot or not. */
  onAsk(market: MarketRef): void {
    const known = this.#tickers.get(toMarketKey(market));
    if (known) known.askedAt = this.#options.clock.now();
  }

  delete(market: MarketRef): void {
    this.#tickers.delete(toMarketKey(market));
  }

  /** The tickers of the same kind of market that were asked for since they were received, and may be renewed now. */
  of(market: MarketRef): readonly MarketRef[] {
    const { store, clock, ttlMs, isInFlight } = this.#options;
    const now = clock.now();
    const kind = toKindKey(market);
    const used: { readonly ticker: HotTicker; readonly storedAt: number }[] = [];
    for (const [key, ticker] of this.#tickers.entries()) {
      if (toKindKey(ticker.market) !== kind) continue;
      const entry = store.get(key);
      if (!entry || entry.failure || now - ticker.askedAt > 2 * ttlMs) this.#tickers.delete(key);
      else used.push({ ticker, storedAt: entry.storedAt });
    }
    if (cameApart(used)) this.#apartUntil.set(kind, now + apartMs);
    const isApart = now < (this.#apartUntil.get(kind) ?? 0);
    const companions = used.filter(({ ticker, storedAt }) => {
      const isEarly = now < storedAt + ttlMs;
      return ticker.askedAt > storedAt && !(isEarly && isApart) && !isInFlight(ticker.market);
    });
    for (const { ticker } of companions) ticker.joinedAt = now;
    return companions.map(({ ticker }) => ticker.market);
  }
}

/** True if tickers that were renewed as companions in one call were received at different times. */
function cameApart(
  used: readonly { readonly ticker: Pick<HotTicker, 'joinedAt'>; readonly storedAt: number }[],
): boolean {
  const firstStoredAt = new Map<number, number>();
  return used.some(({ ticker: { joinedAt }, storedAt }) => {
    if (joinedAt === null || storedAt < joinedAt) return false;
    const first = firstStoredAt.get(joinedAt) ?? storedAt;
    firstStoredAt.set(joinedAt, first);
    return Math.abs(storedAt - first) > togetherMs;
  });
}
