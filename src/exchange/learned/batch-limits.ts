import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';

const rememberMs = 3_600_000;

/**
 * If a market that batches leave out is not answered alone either, it is not requested alone again for this time, in
 * ms.
 */
const missingMs = 600_000;

interface KindLimits {
  /** The highest number of symbols that was accepted after a higher one was refused. */
  readonly maxSize: number;
  /** True once the exchange refused markets of several underlyings in one call and accepted them in separate calls. */
  readonly isPerUnderlying: boolean;
  /** The highest number of symbols that was accepted in one call. */
  readonly maxAccepted: number;
  /** True once a batch was refused, none was accepted, and its markets were answered in separate calls. */
  readonly isSuspect: boolean;
}

const unlimited: KindLimits = {
  maxSize: Number.POSITIVE_INFINITY,
  isPerUnderlying: false,
  maxAccepted: 0,
  isSuspect: false,
};

/** How a market's own call ended. */
type AloneOutcome = 'refused' | 'answered';

/**
 * What one exchange accepts in a batched ticker call, learned from what it refused and then accepted. For each kind of
 * market, it is the maximum number of symbols, and whether all markets must have the same underlying. For each symbol,
 * it is whether the market needs a separate call, because it makes batches fail or batches leave it out. Everything is
 * forgotten an hour after it was last learned, so that a higher limit is noticed. Nothing is learned from an outage, or
 * from a refusal that one symbol explains.
 */
export class BatchLimits {
  readonly #kinds: LRUCache<string, KindLimits>;
  readonly #alone: LRUCache<string, AloneOutcome>;
  readonly #missing: LRUCache<string, MarketDataError>;

  constructor(clock: Clock) {
    const options = { ttlResolution: 0, perf: clock };
    this.#kinds = new LRUCache({ ...options, max: 200, ttl: rememberMs });
    this.#alone = new LRUCache({ ...options, max: 5000, ttl: rememberMs });
    this.#missing = new LRUCache({ ...options, max: 5000, ttl: missingMs });
  }

  /** The maximum number of symbols of a kind in one call; infinite until the exchange has refused some number. */
  maxSize(kind: string): number {
    return this.#of(kind).maxSize;
  }

  /** The highest number of symbols of a kind that was accepted in one call; 0 if there was none. */
  maxAccepted(kind: string): number {
    return this.#of(kind).maxAccepted;
  }

  /** True when all markets of a call must have the same underlying. */
  isPerUnderlying(kind: string): boolean {
    return this.#of(kind).isPerUnderlying;
  }

  /** True if the market needs a separate call. */
  isAlone(symbol: string): boolean {
    return this.#alone.has(symbol);
  }

  /** Why a market that batches leave out returned nothing alone either, while that is remembered. */
  missingErrorOf(symbol: string): MarketDataError | undefined {
    return this.#missing.get(symbol);
  }

  /** A batch of this size was answered. */
  markAccepted(kind: string, size: number): void {
    const known = this.#of(kind);
    if (size <= Math.max(1, known.maxAccepted)) return;
    this.#kinds.set(kind, { ...known, maxAccepted: size, isSuspect: false }, { noUpdateTTL: true });
  }

  /** The exchange accepts this many symbols and refused more. */
  learnSize(kind: string, size: number): void {
    this.#learn(kind, { maxSize: size, maxAccepted: Math.min(size, this.#of(kind).maxAccepted) });
  }

  /** The exchange refused several underlyings in one call and accepted each of them separately. */
  learnUnderlyings(kind: string): void {
    this.#learn(kind, { isPerUnderlying: true });
  }

  /**
   * A batch was refused, and each of its symbols was then answered alone. The first time, one of them may be a market
   * that the exchange does not mix with others. The second time, without an accepted batch in between, the exchange
   * takes one symbol per call.
   */
  learnSingles(kind: string, symbols: readonly string[]): void {
    for (const symbol of symbols) this.learnAlone(symbol, 'answered');
    const { maxAccepted, isSuspect } = this.#of(kind);
    if (maxAccepted >= symbols.length) return;
    this.#learn(kind, isSuspect ? { maxSize: 1 } : { isSuspect: true });
  }

  /** The market makes batches fail, or they leave it out: from now on it is requested alone. */
  learnAlone(symbol: string, outcome: AloneOutcome): void {
    this.#alone.set(symbol, outcome);
  }

  /** The market was answered alone. If it was refused before, it may go into batches again. */
  onAnswer(symbol: string): void {
    if (this.#alone.get(symbol) === 'refused') this.#alone.delete(symbol);
  }

  /** Batches leave the market out, and its own call returned only this error. */
  learnMissing(symbol: string, error: MarketDataError): void {
    this.#missing.set(symbol, error);
  }

  #of(kind: string): KindLimits {
    return this.#kinds.get(kind) ?? unlimited;
  }

  #learn(kind: string, change: Partial<KindLimits>): void {
    this.#kinds.set(kind, { ...this.#of(kind), ...change });
  }
}
