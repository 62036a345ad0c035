import type { Clock } from '../base/clock.ts';
import { MarketDataError } from '../market/errors.ts';
import { type MarketRef, toKindKey, toMarketKey } from '../market/market-ref.ts';
import { ofUnknownFreshness } from '../market/model/fresh.ts';
import type { MarkPrice } from '../market/model/ticker.ts';
import type { FetchOptions, MarketData, MarkPriceResult, MarkPriceResults } from '../market/ports/market-data.ts';
import type { CacheStore } from './cache-store.ts';
import { GatheredCalls } from './gathered-calls.ts';
import { MemoryStore } from './memory-store.ts';
import { type AnswerEntry, TtlCache, type TtlCacheListeners } from './ttl-cache.ts';

/** A mark price, or why there is none at present. */
type Outcome = MarkPrice | MarketDataError;

export interface MarkPriceCacheOptions extends TtlCacheListeners {
  readonly upstream: Pick<MarketData, 'fetchMarkPrices'>;
  readonly clock: Clock;
  /** How long a mark price, or the error in its place, answers, in ms. */
  readonly ttlMs: number;
  readonly store?: CacheStore<AnswerEntry<Outcome>>;
}

/** Each takes about 300 bytes. */
const maxEntries = 10_000;

/**
 * Remembers mark prices by market. Those that are asked for together share calls. An error is remembered as well:
 * otherwise every event of a subscription would call an exchange that refuses. No last known mark price answers while an
 * exchange fails, because positions are liquidated by it.
 */
export class MarkPriceCache implements Pick<MarketData, 'fetchMarkPrices'> {
  readonly #answers: TtlCache<MarketRef, Outcome>;

  constructor({ upstream, clock, store = new MemoryStore({ maxEntries }), ...others }: MarkPriceCacheOptions) {
    const calls = new GatheredCalls<MarkPrice>({
      fetch: (exchange, symbols, options) => upstream.fetchMarkPrices(exchange, symbols, options),
      clock,
    });
    this.#answers = new TtlCache({
      fetch: async (market, options) => {
        const result = await calls.load(market, options);
        return result instanceof MarketDataError ? ofUnknownFreshness(result) : result;
      },
      toKey: toMarketKey,
      toScope: toKindKey,
      store,
      clock,
      ...others,
    });
  }

  async fetchMarkPrices(
    exchange: string,
    symbols: readonly string[],
    options?: FetchOptions,
  ): Promise<MarkPriceResults> {
    const results = await Promise.all(symbols.map((symbol) => this.#fetch({ exchange, symbol }, options)));
    return new Map(symbols.map((symbol, index) => [symbol, results[index] ?? noResult({ exchange, symbol })]));
  }

  async #fetch(market: MarketRef, options?: FetchOptions): Promise<MarkPriceResult> {
    const { value, ...validity } = await this.#answers.fetch(market, options);
    return value instanceof MarketDataError ? value : { value, ...validity };
  }
}

function noResult(details: MarketRef): MarketDataError {
  return new MarketDataError('INTERNAL_SERVER_ERROR', 'No answer.', details);
}
