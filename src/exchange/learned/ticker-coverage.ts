import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';

const rememberMs = 3_600_000;

/** Exchanges have a handful of kinds of market. */
const maxKinds = 50;

/**
 * Which kinds of market one call for all tickers brings, learned from its answers and forgotten after an hour. Some
 * exchanges have one list for everything, others one for each kind, and ccxt does not say which.
 */
export class TickerCoverage {
  readonly #covered: LRUCache<string, ReadonlySet<string>>;
  readonly #refusing: LRUCache<string, true>;

  constructor(clock: Clock) {
    const options = { max: maxKinds, ttl: rememberMs, ttlResolution: 0, perf: clock };
    this.#covered = new LRUCache(options);
    this.#refusing = new LRUCache(options);
  }

  /** The kinds that a call for this kind brings; undefined if that is not known. */
  of(kind: string): ReadonlySet<string> | undefined {
    return this.#covered.get(kind);
  }

  learn(kind: string, covered: ReadonlySet<string>): void {
    this.#covered.set(kind, covered);
  }

  /** True if the exchange wants symbols in a call for tickers of this kind. */
  needsSymbols(kind: string): boolean {
    return this.#refusing.has(kind);
  }

  learnSymbolsNeeded(kind: string): void {
    this.#refusing.set(kind, true);
  }
}
