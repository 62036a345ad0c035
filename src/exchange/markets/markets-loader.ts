import type { Exchange, MarketInterface } from 'ccxt';
import type { Clock } from '../../base/clock.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { Market, Markets } from '../../market/model/market.ts';
import type { LoadingCall } from '../access/loading-call.ts';
import { isNamed, toMarket } from '../normalize/market.ts';
import { FirstLoadBackoff } from './first-load-backoff.ts';
import { toMarketListFailure } from './market-list-errors.ts';
import { type FailedPart, interceptMarketLists, MarketListLoad } from './market-list-load.ts';
import { isIn, MissingMarkets, type MissingMarketsStatus } from './missing-markets.ts';

/** Exchanges list and delist a few markets a day; an hour keeps up and costs them nothing. */
const refreshMs = 3_600_000;

/** A refresh that was told to wait, or refused while the exchange is left alone, is tried so long after that, in ms. */
const retryMs = 60_000;

/**
 * What could not be listed is tried again after this time, in ms, twice as long each time, up to the longest; and up to
 * the time of a refresh where no markets are missing without it.
 */
const firstPauseMs = 10_000;
const longestPauseMs = 600_000;

/** An exchange's markets, loaded on first use and refreshed from time to time. */
export interface MarketsLoader {
  /** The markets as last loaded; null before the first load. */
  readonly current: Markets | null;
  /** How many markets were left out at the last load, since ccxt could not make out what they are of. */
  readonly unnamedCount: number;
  /** What could not be listed, although other markets could; null when nothing. */
  readonly unlisted: MissingMarketsStatus | null;
  /** The markets; loads them when there are none yet, once for all who wait. Rejects with what `attempt` does. */
  load(): Promise<Markets>;
  /** Ends the refreshing. */
  stop(): void;
}

export interface MarketsLoaderOptions {
  readonly exchange: Exchange;
  readonly clock: Clock;
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
  /** Runs one attempt. */
  readonly attempt: (load: (loading: LoadingCall) => Promise<Markets>) => Promise<Markets>;
  /** Called after a load that left out a part of the list, and with null after the first that is complete again. */
  readonly onMissingMarkets?: (exchange: string, status: MissingMarketsStatus | null) => void;
  /** Called after a load with how many markets were left out, if that is another number than before. */
  readonly onUnnamed: (count: number) => void;
}

/**
 * Keeps ccxt's markets loaded. ccxt remembers a failed load and answers every later call with it, so each attempt here
 * is a forced one; a refresh that fails leaves the markets as they were, for ccxt's own calls too. Where only a part of the
 * list fails, the other markets are there, those of that part as last known, and the list is tried again sooner.
 */
export function createMarketsLoader(options: MarketsLoaderOptions): MarketsLoader {
  const { exchange, clock, random, attempt, onMissingMarkets, onUnnamed } = options;
  const unlisted = new MissingMarkets(exchange, clock);
  const refusals = new FirstLoadBackoff(clock);
  let listing: MarketListLoad | null = null;
  interceptMarketLists(exchange, () => listing);
  let markets: Markets | null = null;
  let unnamedCount = 0;
  let loading: Promise<Markets> | undefined;
  let cancelRefresh = (): void => {};
  let stopped = false;
  /** Loads in a row that have failed or left out a part of the list, since one of them has done so. */
  let failures = 0;

  async function loadOnce(loading: LoadingCall): Promise<Markets> {
    // An empty list comes as far as ccxt's indices before it is refused, so they are put back as well.
    const { markets: before, markets_by_id, symbols, ids } = exchange;
    const current = new MarketListLoad(exchange, loading, markets === null);
    listing = current;
    try {
      const loaded = await loading.during(
        (request, ask) => current.request(request, ask),
        () => exchange.loadMarkets(true),
      );
      const listed = toMarkets(exchange, loaded);
      const known = before ? keepKnown(exchange, before, current.failed) : listed;
      unlisted.update(current.failed, listed);
      for (const { thrown } of current.failed) loading.reportError(thrown);
      return Object.assign(known, { whyMissing: (symbol: string) => unlisted.why(symbol, known) });
    } catch (error) {
      if (before) {
        Object.assign(exchange, { markets: before, markets_by_id, symbols, ids });
        exchange.marketsLoading = Promise.resolve(before);
      }
      throw toMarketListFailure(exchange.id, loading, current.cause ?? error);
    } finally {
      listing = null;
    }
  }

  async function start(): Promise<Markets> {
    try {
      markets = await attempt(loadOnce);
      const count = countUnnamed(exchange);
      if (count !== unnamedCount) onUnnamed(count);
      unnamedCount = count;
      scheduleNext();
      return markets;
    } catch (error) {
      const toldMs = error instanceof MarketDataError ? (error.details.retryAfterMs ?? 0) : 0;
      if (markets && unlisted.hasFailed) {
        failures += 1;
        scheduleRefresh(pauseMs(), toldMs);
      } else if (markets) scheduleRefresh(toldMs > 0 ? retryMs : refreshMs, toldMs);
      throw markets ? error : refusals.mark(error);
    } finally {
      loading = undefined;
    }
  }

  /** The next refresh after a load, which comes sooner where a part of the list is to be tried again. */
  function scheduleNext(): void {
    const hadFailed = failures > 0;
    failures = unlisted.hasFailed ? failures + 1 : 0;
    if (failures === 0) scheduleRefresh(refreshMs);
    else scheduleRefresh(pauseMs(), unlisted.waitMs);
    if (hadFailed || failures > 0) onMissingMarkets?.(exchange.id, unlisted.status);
  }

  /** How long to wait for the part of the list that has failed so often in a row, in ms. */
  function pauseMs(): number {
    return Math.min(unlisted.isMissing ? longestPauseMs : refreshMs, firstPauseMs * 2 ** (failures - 1));
  }

  function scheduleRefresh(afterMs: number, leastMs = 0): void {
    cancelRefresh();
    if (stopped) return;
    // Between 0.75 and 1.25 of the interval, so that many exchanges, and many servers, don't refresh together.
    const dueMs = leastMs + afterMs * (0.75 + random() / 2);
    unlisted.nextAt = clock.now() + dueMs;
    cancelRefresh = clock.after(dueMs, () => {
      loading ??= start();
      // The markets stay as they are.
      loading.catch(() => {});
    });
  }

  return {
    get current() {
      return markets;
    },
    get unnamedCount() {
      return unnamedCount;
    },
    get unlisted() {
      return unlisted.status;
    },
    load: () => {
      if (markets) return Promise.resolve(markets);
      const refusal = loading ? null : refusals.current;
      if (refusal) return Promise.reject(refusal);
      loading ??= start();
      return loading;
    },
    stop: () => {
      stopped = true;
      cancelRefresh();
    },
  };
}

/** The markets that an instance has now, and those of the parts that failed as they were `before`; the instance has both. */
function keepKnown(
  exchange: Exchange,
  before: Readonly<Record<string, MarketInterface | undefined>>,
  failed: readonly FailedPart[],
): Map<string, Market> {
  const listed: Readonly<Record<string, MarketInterface | undefined>> = exchange.markets ?? {};
  const kept = Object.values(before).filter(
    (market) => market && !Object.hasOwn(listed, market.symbol) && failed.some((part) => isIn(part, market.symbol)),
  );
  if (kept.length > 0) {
    exchange.setMarkets([...Object.values(listed), ...kept]);
    exchange.marketsLoading = Promise.resolve(exchange.markets ?? {});
  }
  return toMarkets(exchange, exchange.markets ?? {});
}

function toMarkets(
  exchange: Exchange,
  loaded: Readonly<Record<string, MarketInterface | undefined>>,
): Map<string, Market> {
  const markets = new Map<string, Market>();
  for (const symbol of Object.keys(loaded).sort()) {
    const listed = loaded[symbol];
    const market = listed ? toMarket(exchange, listed) : null;
    if (market) markets.set(symbol, market);
  }
  if (markets.size === 0) {
    throw new MarketDataError('BAD_EXCHANGE_RESPONSE', `${exchange.id} sent a list without any market.`, {
      exchange: exchange.id,
    });
  }
  return markets;
}

/** By ids, since those without a symbol share one. */
function countUnnamed({ markets_by_id: byId }: Exchange): number {
  const listed: readonly MarketInterface[] = Object.values(byId ?? {}).flat();
  return listed.filter((market) => !isNamed(market)).length;
}
