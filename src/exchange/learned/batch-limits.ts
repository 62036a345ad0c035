import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';

/** How long what was learned holds, in ms. */
const rememberMs = 3_600_000;

/** How long a market that batches leave out is not asked for alone again after its own call brought nothing, in ms. */
const missingMs = 600_000;

interface KindLimits {
  /** The most symbols that were accepted after more were refused. */
  readonly maxSize: number;
  /** True once markets of several underlyings were refused in one call that are accepted apart. */
  readonly isPerUnderlying: boolean;
  /** The most symbols that were accepted in one call. */
  readonly maxAccepted: number;
  /** True once a batch was refused, none accepted, and its markets answered in calls of their own. */
  readonly isSuspect: boolean;
}

const unlimited: KindLimits = {
  maxSize: Number.POSITIVE_INFINITY,
  isPerUnderlying: false,
  maxAccepted: 0,
  isSuspect: false,
};

/** What came of a market's own call: refused too, or answered. */
type AloneOutcome = 'refused' | 'answered';

/**
 * What one exchange takes in a batched ticker call, learned from what it refused and then accepted. By kind of market:
 * the most symbols of a call, and whether its markets must have one underlying. By symbol: the markets that belong in
 * calls of their own, since they spoil batches or batches leave them out. Each is forgotten an hour after it was learned,
 * or learned again, so that an exchange that takes more by then is found out. An outage teaches nothing, nor does a
 * refusal that one symbol explains.
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

  /** The most symbols of a kind that one call may have; infinite until the exchange refused some number. */
  maxSize(kind: string): number {
    return this.#of(kind).maxSize;
  }

  /** The most symbols of a kind that were accepted in one call; 0 when none were. */
  maxAccepted(kind: string): number {
    return this.#of(kind).maxAccepted;
  }

  /** True when a call must not mix underlyings. */
  isPerUnderlying(kind: string): boolean {
    return this.#of(kind).isPerUnderlying;
  }

  /** True of a market that belongs in a call of its own. */
  isAlone(symbol: string): boolean {
    return this.#alone.has(symbol);
  }

  /** Why a market that batches leave out brought nothing alone either, while that is remembered. */
  missingErrorOf(symbol: string): MarketDataError | undefined {
    return this.#missing.get(symbol);
  }

  /** A batch of that many was answered. */
  markAccepted(kind: string, size: number): void {
    const known = this.#of(kind);
    if (size <= Math.max(1, known.maxAccepted)) return;
    this.#kinds.set(kind, { ...known, maxAccepted: size, isSuspect: false }, { noUpdateTTL: true });
  }

  /** More symbols than these were refused, and these accepted. */
  learnSize(kind: string, size: number): void {
    this.#learn(kind, { maxSize: size, maxAccepted: Math.min(size, this.#of(kind).maxAccepted) });
  }

  /** Several underlyings were refused in one call, and each accepted apart. */
  learnUnderlyings(kind: string): void {
    this.#learn(kind, { isPerUnderlying: true });
  }

  /**
   * A batch was refused, and each of its symbols then answered alone. Once, one of them may be what the exchange does not
   * mix with others; of the second such batch, while it accepted none, it is clear that it takes one symbol a call.
   */
  learnSingles(kind: string, symbols: readonly string[]): void {
    for (const symbol of symbols) this.learnAlone(symbol, 'answered');
    const { maxAccepted, isSuspect } = this.#of(kind);
    if (maxAccepted >= symbols.length) return;
    this.#learn(kind, isSuspect ? { maxSize: 1 } : { isSuspect: true });
  }

  /** The market spoils batches, or they leave it out: from now on it is asked for alone. */
  learnAlone(symbol: string, outcome: AloneOutcome): void {
    this.#alone.set(symbol, outcome);
  }

  /** The market was answered alone: if it had been refused so, it may go into batches again. */
  onAnswer(symbol: string): void {
    if (this.#alone.get(symbol) === 'refused') this.#alone.delete(symbol);
  }

  /** Batches leave the market out, and its own call brought nothing but this error. */
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
