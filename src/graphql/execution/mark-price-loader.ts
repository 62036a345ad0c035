import type { Clock } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import { MarketDataError } from '../../market/errors.ts';
import { isContract, type MarketRef, toMarketKey } from '../../market/market-ref.ts';
import type { MarkPrice } from '../../market/model/ticker.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import type { Freshness } from './freshness.ts';
import { SymbolLoader } from './loaders.ts';

export interface MarkPriceLoaderOptions {
  readonly marketData: Pick<MarketData, 'exchange' | 'fetchMarkPrices'>;
  readonly freshness: Freshness | null;
  readonly clock: Clock;
}

/** How long the event of a subscription waits for a mark price, in ms. */
const maxEventWaitMs = 1000;

/**
 * Loads the mark and index prices that tickers lack. Those of all tickers of an operation are gathered into one call per
 * exchange (see SymbolLoader).
 *
 * Events of subscriptions wait for a second at most, because a price must not be late for the sake of another one. If
 * that has happened, later events do not wait for the same call at all.
 */
export class MarkPriceLoader {
  readonly #options: MarkPriceLoaderOptions;
  readonly #loader: SymbolLoader<MarkPrice>;
  /** The markets whose call is late. */
  readonly #late = new Set<string>();

  constructor(options: MarkPriceLoaderOptions) {
    this.#options = options;
    const { marketData, freshness } = options;
    this.#loader = new SymbolLoader((...given) => marketData.fetchMarkPrices(...given), freshness);
  }

  /** Null if the market is not a contract, or if its exchange has no call for mark prices. */
  load(market: MarketRef, isEvent: boolean): Promise<MarkPrice> | null {
    const { marketData } = this.#options;
    if (!isContract(market) || !marketData.exchange(market.exchange).has.includes('MARK_PRICE')) return null;
    return isEvent ? this.#loadSoon(market) : this.#loader.load(market);
  }

  async #loadSoon(market: MarketRef): Promise<MarkPrice> {
    const key = toMarketKey(market);
    if (this.#late.has(key)) throw tooLate(market);
    const loading = this.#loader.load(market);
    const onSettled = (): void => {
      this.#late.delete(key);
    };
    return withDeadline(this.#options.clock, maxEventWaitMs, loading, () => {
      this.#late.add(key);
      loading.then(onSettled, onSettled);
      return tooLate(market);
    });
  }
}

function tooLate({ exchange, symbol }: MarketRef): MarketDataError {
  const message = `${exchange} has not sent the mark price of ${symbol} within ${maxEventWaitMs} ms.`;
  return new MarketDataError('TIMEOUT', message, { exchange, symbol });
}
