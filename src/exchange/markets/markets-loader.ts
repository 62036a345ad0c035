import type { Exchange } from 'ccxt';
import type { Clock } from '../../base/clock.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { Markets } from '../../market/model/market.ts';
import type { LoadingCall } from '../access/loading-call.ts';
import { FirstLoadBackoff } from './first-load-backoff.ts';
import { countUnnamed, keepKnown, toMarkets } from './loaded-markets.ts';
import { toMarketListFailure } from './market-list-errors.ts';
import { interceptMarketLists, MarketListLoad } from './market-list-load.ts';
import { MissingMarkets, type MissingMarketsStatus } from './missing-markets.ts';

/** Exchanges list and delist a few markets per day; an hourly refresh keeps up with that and costs them little. */
const refreshMs = 3_600_000;

/**
 * If the exchange asked to wait, or a circuit refused a refresh, the refresh is tried again this long after the wait,
 * in ms.
 */
const retryMs = 60_000;

/**
 * A failed part of the list is loaded again after this pause, in ms. The pause doubles each time up to the longest one,
 * or up to the refresh interval if no markets are missing without that part.
 */
const firstPauseMs = 10_000;
const longestPauseMs = 600_000;

export interface MarketsLoaderOptions {
  readonly exchange: Exchange;
  readonly clock: Clock;
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
  /** Runs one load. */
  readonly attempt: (load: (loading: LoadingCall) => Promise<Markets>) => Promise<Markets>;
  /** Called after a load in which a part of the list failed, and with null after the first complete one again. */
  readonly onMissingMarkets?: (exchange: string, status: MissingMarketsStatus | null) => void;
  /** Called after a load when the number of markets that were left out has changed. */
  readonly onUnnamed: (count: number) => void;
}

/**
 * Loads an exchange's markets on first use, and refreshes them from time to time. ccxt remembers a failed load and
 * answers every later call with it, so each load here is a forced one. A refresh that fails leaves the markets unchanged,
 * for ccxt's own calls too. If only a part of the list fails, the other markets are available, and those of that part as
 * last known; the list is then loaded again sooner.
 */
export class MarketsLoader {
  readonly #options: MarketsLoaderOptions;
  readonly #missing: MissingMarkets;
  readonly #firstLoad: FirstLoadBackoff;
  #listLoad: MarketListLoad | null = null;
  #markets: Markets | null = null;
  #unnamedCount = 0;
  #loading: Promise<Markets> | undefined;
  #cancelRefresh = (): void => {};
  #isStopped = false;
  /** How many loads in a row have failed, completely or in part, counted from the first that failed in part. */
  #failures = 0;

  constructor(options: MarketsLoaderOptions) {
    const { exchange, clock } = options;
    this.#options = options;
    this.#missing = new MissingMarkets(exchange, clock);
    this.#firstLoad = new FirstLoadBackoff(clock);
    interceptMarketLists(exchange, () => this.#listLoad);
  }

  /** The markets as last loaded; null before the first load. */
  get current(): Markets | null {
    return this.#markets;
  }

  /** How many markets the last load left out because ccxt could not determine their symbol, base or quote. */
  get unnamedCount(): number {
    return this.#unnamedCount;
  }

  /** Which markets could not be listed, although others could; null when none are missing. */
  get missingMarkets(): MissingMarketsStatus | null {
    return this.#missing.status;
  }

  /** The markets. Loads them if there are none yet, once for all waiting calls. Rejects with the error of `attempt`. */
  load(): Promise<Markets> {
    if (this.#markets) return Promise.resolve(this.#markets);
    const refusal = this.#loading ? null : this.#firstLoad.current;
    if (refusal) return Promise.reject(refusal);
    this.#loading ??= this.#start();
    return this.#loading;
  }

  /** Ends the refreshing. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelRefresh();
  }

  async #start(): Promise<Markets> {
    try {
      const markets = await this.#options.attempt((loading) => this.#loadOnce(loading));
      this.#markets = markets;
      this.#updateUnnamed();
      this.#scheduleNext();
      return markets;
    } catch (error) {
      this.#scheduleAfter(error);
      throw this.#markets ? error : this.#firstLoad.mark(error);
    } finally {
      this.#loading = undefined;
    }
  }

  async #loadOnce(loading: LoadingCall): Promise<Markets> {
    const { exchange } = this.#options;
    // ccxt rejects an empty list only after it has updated its indices, so these are restored as well.
    const { markets: before, markets_by_id, symbols, ids } = exchange;
    const current = new MarketListLoad(exchange, loading, this.#markets === null);
    this.#listLoad = current;
    try {
      const loaded = await loading.during(
        (request, ask) => current.request(request, ask),
        () => exchange.loadMarkets(true),
      );
      const listed = toMarkets(exchange, loaded);
      const known = before ? keepKnown(exchange, before, current.failed) : listed;
      this.#missing.update(current.failed, listed);
      for (const { thrown } of current.failed) loading.reportError(thrown);
      return Object.assign(known, { whyMissing: (symbol: string) => this.#missing.why(symbol, known) });
    } catch (error) {
      if (before) {
        Object.assign(exchange, { markets: before, markets_by_id, symbols, ids });
        exchange.marketsLoading = Promise.resolve(before);
      }
      throw toMarketListFailure(exchange.id, loading, current.cause ?? error);
    } finally {
      this.#listLoad = null;
    }
  }

  #updateUnnamed(): void {
    const count = countUnnamed(this.#options.exchange);
    if (count !== this.#unnamedCount) this.#options.onUnnamed(count);
    this.#unnamedCount = count;
  }

  /** Schedules the next refresh after a load: sooner if a part of the list is to be loaded again. */
  #scheduleNext(): void {
    const hadFailed = this.#failures > 0;
    this.#failures = this.#missing.hasFailed ? this.#failures + 1 : 0;
    if (this.#failures === 0) this.#scheduleRefresh(refreshMs);
    else this.#scheduleRefresh(this.#pauseMs(), this.#missing.waitMs);
    const { exchange, onMissingMarkets } = this.#options;
    if (hadFailed || this.#failures > 0) onMissingMarkets?.(exchange.id, this.#missing.status);
  }

  /** Schedules the next refresh after one that failed as a whole. */
  #scheduleAfter(error: unknown): void {
    if (!this.#markets) return;
    const waitMs = error instanceof MarketDataError ? (error.details.retryAfterMs ?? 0) : 0;
    if (this.#missing.hasFailed) {
      this.#failures += 1;
      this.#scheduleRefresh(this.#pauseMs(), waitMs);
    } else this.#scheduleRefresh(waitMs > 0 ? retryMs : refreshMs, waitMs);
  }

  /** How long to wait before the failed part of the list is loaded again, in ms. */
  #pauseMs(): number {
    const longestMs = this.#missing.isMissing ? longestPauseMs : refreshMs;
    return Math.min(longestMs, firstPauseMs * 2 ** (this.#failures - 1));
  }

  #scheduleRefresh(afterMs: number, minMs = 0): void {
    const { clock, random } = this.#options;
    this.#cancelRefresh();
    if (this.#isStopped) return;
    // Between 0.75 and 1.25 of the interval, so that many exchanges, and many servers, do not refresh together.
    const dueMs = minMs + afterMs * (0.75 + random() / 2);
    this.#missing.nextAt = clock.now() + dueMs;
    this.#cancelRefresh = clock.after(dueMs, () => {
      this.#loading ??= this.#start();
      // The markets stay unchanged.
      this.#loading.catch(() => {});
    });
  }
}
