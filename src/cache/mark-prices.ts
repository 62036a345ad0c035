import { MarketDataError } from '../market/errors.ts';
import type { MarkPrice } from '../market/model/ticker.ts';
import type { FetchOptions, MarketData, MarkPriceResult, MarkPriceResults } from '../market/ports/market-data.ts';
import { SymbolCache, type SymbolCacheOptions } from './symbol-cache.ts';
import type { SymbolResult, SymbolValue } from './symbol-values.ts';

/** What a call has brought for a market: its mark price, or why there is none. */
interface Answer extends SymbolValue {
  readonly outcome: MarkPrice | MarketDataError;
}

export interface MarkPriceCacheOptions
  extends Pick<SymbolCacheOptions<unknown>, 'clock' | 'ttlMs' | 'onLookup' | 'onRenewal'> {
  readonly upstream: Pick<MarketData, 'fetchMarkPrices'>;
}

/**
 * Remembers mark prices by market: see SymbolCache. To it, an error is an answer like any other, so it is remembered for
 * as long as a price: otherwise every event of a subscription would call an exchange that refuses. And no last known
 * mark price answers while an exchange fails, because positions are liquidated by it.
 */
export class MarkPriceCache implements Pick<MarketData, 'fetchMarkPrices'> {
  readonly #answers: SymbolCache<Answer>;

  constructor({ upstream, ...options }: MarkPriceCacheOptions) {
    const { clock, ttlMs } = options;
    this.#answers = new SymbolCache<Answer>({
      fetch: async (...given) => {
        const results = await upstream.fetchMarkPrices(...given);
        return new Map([...results].map(([symbol, result]) => [symbol, toAnswer(result, clock.now(), ttlMs)]));
      },
      staleMaxMs: ttlMs,
      ...options,
    });
  }

  async fetchMarkPrices(
    exchange: string,
    symbols: readonly string[],
    options?: FetchOptions,
  ): Promise<MarkPriceResults> {
    const results = await this.#answers.fetch(exchange, symbols, options);
    return new Map([...results].map(([symbol, result]) => [symbol, toMarkPriceResult(result)]));
  }
}

/** An upstream that is a cache itself may have had the price for a while: then it says how long that is still fresh. */
function toAnswer(result: MarkPriceResult, now: number, ttlMs: number): SymbolResult<Answer> {
  if (result instanceof MarketDataError) {
    return { value: { outcome: result, receivedAt: now, stale: false }, freshUntil: 0 };
  }
  const { value, freshUntil } = result;
  const receivedAt = freshUntil > now ? Math.min(now, freshUntil - ttlMs) : now;
  return { value: { outcome: value, receivedAt, stale: false }, freshUntil: 0 };
}

function toMarkPriceResult(result: SymbolResult<Answer>): MarkPriceResult {
  if (result instanceof MarketDataError) return result;
  const { value, ...validity } = result;
  return value.outcome instanceof MarketDataError ? value.outcome : { value: value.outcome, ...validity };
}
