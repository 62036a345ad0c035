import type { Exchange, MarketInterface } from 'ccxt';
import type { Clock } from '../market/clock.ts';
import { MarketDataError } from '../market/error.ts';
import type { Market, Markets } from '../market/market.ts';
import { isNamed, toMarket } from './normalize.ts';

/** Exchanges list and delist a few markets a day; an hour keeps up and costs them nothing. */
const refreshMs = 3_600_000;

/** A refresh that was told to wait, or refused while the exchange is left alone, is tried so long after that, in ms. */
const retryMs = 60_000;

/** An exchange's markets, loaded on first use and refreshed from time to time. */
export interface MarketsLoader {
  /** The markets as last loaded; null before the first load. */
  readonly current: Markets | null;
  /** How many markets were left out at the last load, since ccxt could not make out what they are of. */
  readonly unnamedCount: number;
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
  /** Runs one attempt, or several. */
  readonly attempt: (load: () => Promise<Markets>) => Promise<Markets>;
  /** Called after a load with how many markets were left out, if that is another number than before. */
  readonly onUnnamed: (count: number) => void;
}

/**
 * Keeps ccxt's markets loaded. ccxt remembers a failed load and answers every later call with it, so each attempt here
 * is a forced one; a refresh that fails leaves the markets as they were, for ccxt's own calls too.
 */
export function createMarketsLoader(options: MarketsLoaderOptions): MarketsLoader {
  const { exchange, clock, random, attempt, onUnnamed } = options;
  let markets: Markets | null = null;
  let unnamedCount = 0;
  let loading: Promise<Markets> | undefined;
  let cancelRefresh = (): void => {};
  let stopped = false;

  async function loadOnce(): Promise<Markets> {
    // An empty list comes as far as ccxt's indices before it is refused, so they are put back as well.
    const { markets: before, markets_by_id, symbols, ids } = exchange;
    try {
      return toMarkets(exchange, await exchange.loadMarkets(true));
    } catch (error) {
      if (before) {
        Object.assign(exchange, { markets: before, markets_by_id, symbols, ids });
        exchange.marketsLoading = Promise.resolve(before);
      }
      throw error;
    }
  }

  async function start(): Promise<Markets> {
    try {
      markets = await attempt(loadOnce);
      const count = countUnnamed(exchange);
      if (count !== unnamedCount) onUnnamed(count);
      unnamedCount = count;
      scheduleRefresh(refreshMs);
      return markets;
    } catch (error) {
      const toldMs = error instanceof MarketDataError ? (error.details.retryAfterMs ?? 0) : 0;
      if (markets) scheduleRefresh(toldMs > 0 ? retryMs : refreshMs, toldMs);
      throw error;
    } finally {
      loading = undefined;
    }
  }

  function scheduleRefresh(afterMs: number, leastMs = 0): void {
    cancelRefresh();
    if (stopped) return;
    // Between 0.75 and 1.25 of the interval, so that many exchanges, and many servers, don't refresh together.
    cancelRefresh = clock.after(leastMs + afterMs * (0.75 + random() / 2), () => {
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
    load: () => {
      if (markets) return Promise.resolve(markets);
      loading ??= start();
      return loading;
    },
    stop: () => {
      stopped = true;
      cancelRefresh();
    },
  };
}

function toMarkets(exchange: Exchange, loaded: Readonly<Record<string, MarketInterface | undefined>>): Markets {
  const markets = new Map<string, Market>();
  for (const symbol of Object.keys(loaded).sort()) {
    const listed = loaded[symbol];
    const market = listed ? toMarket(exchange, listed) : null;
    if (market) markets.set(symbol, market);
  }
  if (markets.size === 0) {
    throw new MarketDataError('BAD_EXCHANGE_RESPONSE', `${exchange.id} sent an answer without any market.`, {
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
