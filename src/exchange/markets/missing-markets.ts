import type { Exchange } from 'ccxt';
import type { Clock } from '../../base/clock.ts';
import { MarketDataError, type MarketDataErrorCode } from '../../market/errors.ts';
import { kindOfSymbol, kindsOfType, type MarketKind, marketKinds } from '../ccxt/market-kinds.ts';
import type { FailedPart } from './market-list-load.ts';

/** Which of an exchange's markets could not be listed. */
export interface MissingMarketsStatus {
  readonly exchange: string;
  /** The kinds with missing markets; empty if the last known markets are used, or if only the currencies failed. */
  readonly kinds: readonly MarketKind[];
  /** What failed first. */
  readonly error: MarketDataError;
  /** What failed, as a sentence without a full stop. */
  readonly reason: string;
  /** Time until the list is loaded again, in ms. */
  readonly retryMs: number;
  /** The current types of ccxt's `options.fetchMarkets.types`; null if the exchange has no such option. */
  readonly types: readonly string[] | null;
}

/** True when a market with this symbol may be in the part. */
export function isIn({ kinds }: FailedPart, symbol: string): boolean {
  return kinds === null || kinds.has(kindOfSymbol(symbol));
}

/** The shortest `retryAfterMs` of its errors. */
const minWaitMs = 1000;

/**
 * Remembers which parts of an exchange's market list have never come, so that their markets are not reported as
 * nonexistent.
 */
export class MissingMarkets {
  readonly #exchange: Exchange;
  readonly #clock: Clock;
  /** The parts that failed at the last load. */
  #failed: readonly FailedPart[] = [];
  /** The failed parts whose markets have never been known. */
  #missing: readonly FailedPart[] = [];
  #hasListed = false;
  /** When the list is loaded again, epoch ms. */
  nextAt = 0;

  constructor(exchange: Exchange, clock: Clock) {
    this.#exchange = exchange;
    this.#clock = clock;
  }

  get hasFailed(): boolean {
    return this.#failed.length > 0;
  }

  /** True when markets may be missing, and not only outdated. */
  get isMissing(): boolean {
    return this.#missing.some(({ kinds }) => kinds === null || kinds.size > 0);
  }

  /** How long a new attempt is useless, in ms. */
  get waitMs(): number {
    return Math.max(0, ...this.#failed.map(({ waitMs }) => waitMs));
  }

  /** Records a load in which some parts failed, or none; `listed` are the markets that came. */
  update(failed: readonly FailedPart[], listed: ReadonlyMap<string, unknown>): void {
    const kinds = new Set([...listed.keys()].map(kindOfSymbol));
    const absent = kindsExpected(this.#exchange).filter((kind) => !kinds.has(kind));
    // If a part's name does not show its kinds, it is taken to hold the kinds that are completely absent, if there are
    // any.
    const known = failed.map((part) =>
      part.kinds === null && absent.length > 0 ? { ...part, kinds: new Set(absent) } : part,
    );
    const missingBefore = new Set(this.#missing.map(({ name }) => name));
    this.#missing = known.filter(({ name }) => !this.#hasListed || missingBefore.has(name));
    this.#failed = known;
    this.#hasListed = true;
  }

  /** Why the symbol is not among the markets although it may exist; null if it would be there. */
  why(symbol: string, markets: ReadonlyMap<string, unknown>): MarketDataError | null {
    const part = this.#missing.find((candidate) => isIn(candidate, symbol));
    if (!part) return null;
    const exchange = this.#exchange.id;
    const kind = kindOfSymbol(symbol);
    const areAllMissing = ![...markets.keys()].some((listed) => kindOfSymbol(listed) === kind);
    const what = areAllMissing
      ? `${exchange}'s ${kind} markets could not be listed`
      : `Not all of ${exchange}'s ${kind} markets could be listed`;
    const leftMs = this.nextAt - this.#clock.now();
    const when =
      leftMs > 0 ? `this server tries again in ${Math.ceil(leftMs / 1000)} s` : 'this server is trying again now';
    return new MarketDataError(codeOf(part.error), `${what}: ${part.reason}; ${when}.`, {
      exchange,
      symbol,
      // The list is loaded again whatever it failed with.
      retryable: true,
      retryAfterMs: Math.ceil(Math.max(minWaitMs, leftMs)),
      isMarketMissing: true,
      cause: part.error,
    });
  }

  get status(): MissingMarketsStatus | null {
    const [first] = this.#missing.length > 0 ? this.#missing : this.#failed;
    if (!first) return null;
    const { error, reason } = first;
    const exchange = this.#exchange;
    const kinds = marketKinds.filter((kind) => this.#missing.some((part) => part.kinds?.has(kind)));
    const types = typesOf(exchange);
    const retryMs = Math.max(0, Math.ceil(this.nextAt - this.#clock.now()));
    return { exchange: exchange.id, kinds, error, reason, retryMs, types };
  }
}

/**
 * The code for a market that may exist. The exchange refused this server's request for a list: that does not mean that
 * the client's request is wrong, or that the market does not exist.
 */
function codeOf({ code, isFinal }: MarketDataError): MarketDataErrorCode {
  return isFinal || code === 'BAD_USER_INPUT' ? 'BAD_EXCHANGE_RESPONSE' : code;
}

/** The kinds that an exchange lists: from ccxt's option if it has one, otherwise from its `has`. */
function kindsExpected(exchange: Exchange): readonly MarketKind[] {
  const { has } = exchange;
  const types = typesOf(exchange) ?? ['spot', 'swap', 'future', 'option'].filter((type) => has[type] === true);
  const kinds = new Set(types.flatMap(kindsOfType));
  return marketKinds.filter((kind) => kinds.has(kind));
}

/** `options.fetchMarkets.types`: a list, or an object with a flag for each type. `fetchMarkets` may itself be the list. */
function typesOf({ options }: Exchange): readonly string[] | null {
  const given: unknown = options.fetchMarkets;
  const types: unknown = isObject(given) && !Array.isArray(given) ? given.types : given;
  if (Array.isArray(types)) return types.map(String);
  return isObject(types) ? Object.keys(types).filter((type) => types[type] !== false) : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
