import { LRUCache } from 'lru-cache';
import { MarketDataError } from '../../market/errors.ts';

/** What queries are told: of one market, at one time. */
interface Served {
  readonly exchange: string;
  readonly symbol: string;
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly stale: boolean;
}

/** Some 100 bytes each. */
const maxMarkets = 20_000;

/**
 * The newest live values that queries were told. When a market is live no more, what was fetched before it was must not
 * come after them.
 */
export class LastServed {
  readonly #receivedAt = new LRUCache<string, number>({ max: maxMarkets });

  mark(kind: string, { exchange, symbol, receivedAt }: Served): void {
    this.#receivedAt.set(`${kind}\n${exchange}\n${symbol}`, receivedAt);
  }

  /** True when something newer was told than this, unless it says itself that it is stale. */
  isNewer(kind: string, value: Served | MarketDataError): boolean {
    if (value instanceof MarketDataError || value.stale) return false;
    const told = this.#receivedAt.get(`${kind}\n${value.exchange}\n${value.symbol}`);
    return told !== undefined && value.receivedAt < told;
  }
}
