import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock.ts';
import { type MarketRef, toKindKey, toMarketKey } from '../market/market-ref.ts';
import type { CacheEntry, CacheStore } from './cache-store.ts';

/** A market whose value is asked for again and again. */
interface HotSymbol {
  readonly market: MarketRef;
  /** When it was last asked for, epoch ms. */
  askedAt: number;
  /** When it was last renewed as a companion, epoch ms; null if it was renewed by itself since then. */
  joinedAt: number | null;
}

export interface HotSymbolsOptions {
  readonly store: Pick<CacheStore<CacheEntry & { readonly failure: Error | null }>, 'get'>;
  readonly clock: Clock;
  /** How long a fetched value answers, in ms. */
  readonly ttlMs: number;
  /** True while a call for its value is in progress. */
  readonly isInFlight: (market: MarketRef) => boolean;
}

/** One takes about 200 bytes. */
const maxSymbols = 2000;

/** Values of one answer are received within this time, in ms. */
const togetherMs = 50;

/** For how long no value of a kind is renewed early after the exchange has sent some one by one, in ms. */
const apartMs = 60_000;

/**
 * The hot markets, so that the values of one kind are renewed together. Clients that first ask for ten of them at different
 * times would otherwise cause ten calls per time to live for good. A value that is renewed early, together with others,
 * expires together with them from then on. An exchange that sends them one by one is left alone: there, a value that is
 * renewed early is only one call more.
 */
export class HotSymbols {
  readonly #options: HotSymbolsOptions;
  readonly #symbols = new LRUCache<string, HotSymbol>({ max: maxSymbols });
  /** Until when values of a kind are not renewed early, epoch ms. */
  readonly #apartUntil = new Map<string, number>();

  constructor(options: HotSymbolsOptions) {
    this.#options = options;
  }

  /** Called when a hot value is renewed because it was asked for. */
  add(market: MarketRef): void {
    this.#symbols.set(toMarketKey(market), { market, askedAt: this.#options.clock.now(), joinedAt: null });
  }

  /** Called when a fresh value is asked for, hot or not. */
  onAsk(market: MarketRef): void {
    const known = this.#symbols.get(toMarketKey(market));
    if (known) known.askedAt = this.#options.clock.now();
  }

  delete(market: MarketRef): void {
    this.#symbols.delete(toMarketKey(market));
  }

  /** The markets of the same kind whose values were asked for since they were received, and may be renewed now. */
  of(market: MarketRef): readonly MarketRef[] {
    const { store, clock, ttlMs, isInFlight } = this.#options;
    const now = clock.now();
    const kind = toKindKey(market);
    const used: { readonly symbol: HotSymbol; readonly storedAt: number }[] = [];
    for (const [key, symbol] of this.#symbols.entries()) {
      if (toKindKey(symbol.market) !== kind) continue;
      const entry = store.get(key);
      if (!entry || entry.failure || now - symbol.askedAt > 2 * ttlMs) this.#symbols.delete(key);
      else used.push({ symbol, storedAt: entry.storedAt });
    }
    if (cameApart(used)) this.#apartUntil.set(kind, now + apartMs);
    const isApart = now < (this.#apartUntil.get(kind) ?? 0);
    const companions = used.filter(({ symbol, storedAt }) => {
      const isEarly = now < storedAt + ttlMs;
      return symbol.askedAt > storedAt && !(isEarly && isApart) && !isInFlight(symbol.market);
    });
    for (const { symbol } of companions) symbol.joinedAt = now;
    return companions.map(({ symbol }) => symbol.market);
  }
}

/** True if values that were renewed as companions in one call were received at different times. */
function cameApart(
  used: readonly { readonly symbol: Pick<HotSymbol, 'joinedAt'>; readonly storedAt: number }[],
): boolean {
  const firstStoredAt = new Map<number, number>();
  return used.some(({ symbol: { joinedAt }, storedAt }) => {
    if (joinedAt === null || storedAt < joinedAt) return false;
    const first = firstStoredAt.get(joinedAt) ?? storedAt;
    firstStoredAt.set(joinedAt, first);
    return Math.abs(storedAt - first) > togetherMs;
  });
}
