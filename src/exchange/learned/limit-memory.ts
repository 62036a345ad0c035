import type { MarketInterface } from 'ccxt';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';

/** A refused limit is tried again after this time, in ms: the refusal may have been a mistake. */
const rememberMs = 3_600_000;

/** Enough for several calls for all kinds of market, with every limit that a client can ask for. */
const maxRefusals = 20_000;
const maxKinds = 100;
const maxVariants = 1000;

/** One kind of call about one market. */
export interface LimitedCall {
  /** Distinguishes the kinds of call to the exchange. */
  readonly name: string;
  readonly market: Pick<MarketInterface, 'symbol' | 'type' | 'subType'>;
}

/**
 * The limits that an exchange accepts in a call, learned from its answers by kind of market and forgotten after an hour.
 * Many exchanges accept certain limits only. These differ by kind of market, and ccxt does not list them.
 */
export class LimitMemory {
  /** By kind of market and limit, the limit to ask for instead of a refused one; null for a call without a limit. */
  readonly #substitutes: LRUCache<string, { readonly limit: number | null }>;
  /** By kind of market and limit, the first market for which it was refused and the substitute returned too few rows. */
  readonly #shortened: LRUCache<string, string>;
  readonly #accepted: LRUCache<string, Set<number>>;
  readonly #extraRows: LRUCache<string, number>;
  readonly #refusedVariants: LRUCache<string, true>;

  constructor(clock: Clock) {
    const forAWhile = { ttl: rememberMs, ttlResolution: 0, perf: clock };
    this.#substitutes = new LRUCache({ max: maxRefusals, ...forAWhile });
    this.#shortened = new LRUCache({ max: maxRefusals, ...forAWhile });
    this.#accepted = new LRUCache({ max: maxKinds, ...forAWhile });
    this.#extraRows = new LRUCache({ max: maxKinds, ...forAWhile });
    this.#refusedVariants = new LRUCache({ max: maxVariants, ...forAWhile });
  }

  /** The limit to ask for instead of a refused one; null for no limit, undefined if this limit was not refused. */
  substituteOf(call: LimitedCall, limit: number): number | null | undefined {
    const ofMarket = this.#substitutes.get(`${marketKey(call)} ${limit}`);
    return (ofMarket ?? this.#substitutes.get(`${kindKey(call)} ${limit}`))?.limit;
  }

  /**
   * Learns what works instead of a refused limit. If other markets of the kind accept the limit, the refusal counts for
   * this market only. The same is true if the substitute returned too few rows, until the limit is refused for a second
   * market: one market says little about the others, which would lose rows.
   */
  learnSubstitute(call: LimitedCall, limit: number, substitute: number | null, isEnough: boolean): void {
    const isAccepted = this.#accepted.get(kindKey(call))?.has(limit) ?? false;
    const isOfKind = !isAccepted && (isEnough || this.#isShortenedElsewhere(call, limit));
    this.#substitutes.set(`${isOfKind ? kindKey(call) : marketKey(call)} ${limit}`, { limit: substitute });
  }

  #isShortenedElsewhere(call: LimitedCall, limit: number): boolean {
    const key = `${kindKey(call)} ${limit}`;
    const first = this.#shortened.get(key);
    if (first === undefined) this.#shortened.set(key, call.market.symbol);
    return first !== undefined && first !== call.market.symbol;
  }

  learnAccepted(call: LimitedCall, limit: number): void {
    const known = this.#accepted.get(kindKey(call));
    if (known) known.add(limit);
    else this.#accepted.set(kindKey(call), new Set([limit]));
  }

  /** Forgets that a limit was refused, because its substitute is now refused too. */
  forgetSubstitute(call: LimitedCall, limit: number): void {
    this.#substitutes.delete(`${marketKey(call)} ${limit}`);
    this.#substitutes.delete(`${kindKey(call)} ${limit}`);
  }

  /** The smallest accepted limit above `limit`. */
  nextAccepted(call: LimitedCall, limit: number): number | undefined {
    const above = [...(this.#accepted.get(kindKey(call)) ?? [])].filter((accepted) => accepted > limit);
    return above.length > 0 ? Math.min(...above) : undefined;
  }

  /** How many rows to request in addition to the wanted ones, because some rows of an answer do not count. */
  extraRowsOf(call: LimitedCall): number {
    return this.#extraRows.get(kindKey(call)) ?? 0;
  }

  learnExtraRows(call: LimitedCall, extra: number): void {
    this.#extraRows.set(kindKey(call), extra);
  }

  /** True for a variant of a call, such as another method of ccxt, that the exchange refused recently. */
  refusesVariant(call: LimitedCall): boolean {
    return this.#refusedVariants.has(kindKey(call)) || this.#refusedVariants.has(marketKey(call));
  }

  /**
   * The exchange refused a variant of a call. If it accepts the variant for other markets of the kind, this counts only
   * for this market.
   */
  learnRefusedVariant(call: LimitedCall): void {
    this.#refusedVariants.set(this.#accepted.has(kindKey(call)) ? marketKey(call) : kindKey(call), true);
  }
}

function kindKey({ name, market }: LimitedCall): string {
  return `${name} ${market.type} ${market.subType ?? ''}`;
}

function marketKey(call: LimitedCall): string {
  return `${kindKey(call)} ${call.market.symbol}`;
}
