import type { Currencies, Exchange } from 'ccxt';
import { MarketDataError } from '../../market/errors.ts';
import type { LoadingCall } from '../access/loading-call.ts';
import { kindsNamed, type MarketKind } from '../ccxt/market-kinds.ts';
import type { ApiRequest } from '../http/request-interception.ts';
import { holdsNoMarkets, isRequiredByOthers } from '../quirks/rest-quirks.ts';
import { outages, toMarketListError } from './market-list-errors.ts';

/** A part of an exchange's market list that could not be loaded. */
export interface FailedPart {
  /** Distinguishes the parts, and stays the same at the next attempt. */
  readonly name: string;
  /** The kinds of market in it: empty for a list of currencies, null if its name does not show them. */
  readonly kinds: ReadonlySet<MarketKind> | null;
  readonly error: MarketDataError;
  /** What the error says about the exchange, as a sentence without a full stop. */
  readonly reason: string;
  /** How long a new attempt is useless, in ms. */
  readonly waitMs: number;
  readonly thrown: unknown;
}

/** The currencies come first and may take this share of a deadline: their host may then hang for the markets too. */
const currenciesShare = 2 / 5;

/**
 * One attempt to load an exchange's markets. ccxt gives up the whole list when one of its requests fails. Here the
 * other parts are loaded, and the failed ones are recorded. ccxt gets an empty list in place of a failed part; all of
 * its `fetchMarkets` that make several requests accept that as a list without markets.
 */
export class MarketListLoad {
  readonly #exchange: Exchange;
  readonly #loading: LoadingCall;
  readonly #isAwaited: boolean;
  readonly #failed: FailedPart[] = [];
  /** The outage that each host failed with, as long as the host has answered nothing. */
  readonly #outages = new Map<string, unknown>();
  readonly #live = new Set<string>();
  /** Hosts where a retry has failed too. */
  readonly #retried = new Set<string>();
  #isListingCurrencies = false;
  #hasParts = false;

  /** `isAwaited` is true if calls wait for the markets: then a part that hangs does not hold back the other parts. */
  constructor(exchange: Exchange, loading: LoadingCall, isAwaited: boolean) {
    this.#exchange = exchange;
    this.#loading = loading;
    this.#isAwaited = isAwaited;
  }

  get failed(): readonly FailedPart[] {
    return this.#failed;
  }

  /** Why nothing could be loaded: the first error of the exchange, otherwise the first refusal of a circuit. */
  get cause(): unknown {
    const [first] = this.#failed;
    return (this.#failed.find(({ thrown }) => !(thrown instanceof MarketDataError)) ?? first)?.thrown;
  }

  /** Makes one request. If it fails, ccxt gets an empty list, unless that would make other lists wrong. */
  async request(request: ApiRequest, ask: () => Promise<unknown>): Promise<unknown> {
    const { id } = this.#exchange;
    // The list of currencies may still be loading when nobody waits for it any longer.
    const isForMarkets = !this.#isListingCurrencies;
    try {
      const asked = this.#ask(request, ask, isForMarkets);
      return await (isForMarkets ? this.#untilLate(asked, () => this.#hasParts) : asked);
    } catch (thrown) {
      if (!isForMarkets || isRequiredByOthers(id, request.name)) throw thrown;
      if (!holdsNoMarkets(id, request.name)) {
        this.#mark(request.name, kindsNamed(request.name), thrown, request.host);
      }
      return [];
    }
  }

  /** Loads the currencies. If that fails, returns none: the markets can be listed without them. */
  async currencies(fetchCurrencies: () => Promise<Currencies>): Promise<Currencies> {
    this.#isListingCurrencies = true;
    try {
      return await this.#untilLate(fetchCurrencies(), () => true, currenciesShare);
    } catch (thrown) {
      this.#mark('currencies', new Set(), thrown);
      return {};
    } finally {
      this.#isListingCurrencies = false;
    }
  }

  /**
   * Runs one of ccxt's methods that list a part of the markets; returns an empty list if it cannot parse the response.
   */
  async part(name: string, fetchPart: () => Promise<unknown>): Promise<unknown> {
    try {
      return await fetchPart();
    } catch (thrown) {
      this.#mark(name, kindsNamed(name), thrown);
      return [];
    }
  }

  /**
   * Waits for an answer. If it is late and `isDispensable`, rejects with TIMEOUT, early enough for the waiting calls to
   * get the other parts. `share` is the share of the deadline that the answer may take.
   */
  #untilLate<T>(asked: Promise<T>, isDispensable: () => boolean, share?: number): Promise<T> {
    if (!this.#isAwaited) return asked;
    return new Promise((resolve, reject) => {
      const cancel = this.#loading.whenLate((error) => {
        if (isDispensable()) reject(error);
      }, share);
      asked.then(resolve, reject).finally(cancel);
    });
  }

  async #ask({ host }: ApiRequest, ask: () => Promise<unknown>, isForMarkets: boolean): Promise<unknown> {
    // An exchange that is down is called once, and not for each part of its list.
    if (this.#outages.has(host)) throw this.#outages.get(host);
    try {
      const answer = await this.#askWithRetry(host, ask);
      this.#live.add(host);
      this.#hasParts ||= isForMarkets;
      this.#outages.delete(host);
      return answer;
    } catch (thrown) {
      const isOut = outages.has(this.#loading.toError(thrown).code);
      if (isOut && !this.#live.has(host) && isForMarkets) this.#outages.set(host, thrown);
      throw thrown;
    }
  }

  async #askWithRetry(host: string, ask: () => Promise<unknown>): Promise<unknown> {
    try {
      return await ask();
    } catch (thrown) {
      if (this.#retried.has(host) || !(await this.#loading.mayRetry(thrown))) throw thrown;
      this.#retried.add(host);
      const answer = await ask();
      this.#retried.delete(host);
      return answer;
    }
  }

  #mark(name: string, kinds: FailedPart['kinds'], thrown: unknown, host = ''): void {
    const error = this.#loading.toError(thrown);
    const waitMs = Math.max(this.#loading.circuitOpenMs(host), error.details.retryAfterMs ?? 0);
    const reason = this.#loading.reasonOf(error);
    this.#failed.push({ name, kinds, error: toMarketListError(error), reason, waitMs, thrown });
  }
}

/** ccxt's methods that list a part of the markets, such as fetchSpotMarkets and fetchMarketsByType. */
const partMethod = /^fetch[A-Z]\w*Markets$|^fetchMarkets[A-Z]\w*$/;

/**
 * Lets a running load control how an instance lists its markets; `current` returns that load, or null. Calls of these
 * methods on other objects (see `RequestInterception`) are not affected: Hyperliquid's tickers come from its lists of
 * markets.
 */
export function interceptMarketLists(exchange: Exchange, current: () => MarketListLoad | null): void {
  const { fetchCurrencies } = exchange;
  exchange.fetchCurrencies = async function (this: Exchange, ...args) {
    const fetchAll = (): Promise<Currencies> => Reflect.apply(fetchCurrencies, this, args);
    const listing = this === exchange ? current() : null;
    return listing ? listing.currencies(fetchAll) : fetchAll();
  };
  for (const name of partMethodsOf(exchange)) {
    const method: (...args: readonly unknown[]) => Promise<unknown> = exchange[name];
    exchange[name] = async function (this: Exchange, ...args: readonly unknown[]) {
      const fetchPart = (): Promise<unknown> => Reflect.apply(method, this, args);
      const listing = this === exchange ? current() : null;
      return listing ? listing.part(`${name} ${JSON.stringify(args)}`, fetchPart) : fetchPart();
    };
  }
}

function partMethodsOf(exchange: Exchange): ReadonlySet<string> {
  const names = new Set<string>();
  for (
    let level: unknown = exchange;
    level !== null && typeof level === 'object';
    level = Object.getPrototypeOf(level)
  ) {
    for (const name of Object.getOwnPropertyNames(level)) if (partMethod.test(name)) names.add(name);
  }
  names.delete('fetchMarketsWs');
  return names;
}
