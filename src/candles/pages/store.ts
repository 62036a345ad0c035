import type { Clock } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { Candle, CandleQuery } from '../../market/model/candle.ts';
import type { CandleSource, FetchOptions } from '../../market/ports/market-data.ts';
import { CandlePages } from './pages.ts';
import { CandleReader } from './reader.ts';
import { Waiter } from './waiter.ts';

export interface CandleStoreOptions {
  readonly source: CandleSource;
  readonly clock: Clock;
  /** The least time for which candles that may change serve again, in ms. */
  readonly ttlMs: number;
  /** How long one query may take, whatever it has to fetch, in ms. */
  readonly timeoutMs: number;
  /** Called once for each query that takes what is known: true where no call was waited for. */
  readonly onLookup?: (isHit: boolean) => void;
}

/** Candles of any range of a series. */
export type FetchCandles = (query: CandleQuery, options?: FetchOptions) => Promise<readonly Candle[]>;

/** A million and a half candles. */
const maxBytes = 72 * 1024 * 1024;

/**
 * Candles of whatever range, fetched once: those that have closed are kept, those that may change are asked for again at
 * a pace that follows the timeframe, or at once with `maxAgeMs` 0. Either all candles of the answer are there or it is an
 * error: BAD_USER_INPUT where the exchange goes not back so far, TIMEOUT past the deadline (what came by then is kept),
 * and what the source throws.
 */
export function createCandleStore({ source, clock, ttlMs, timeoutMs, onLookup }: CandleStoreOptions): FetchCandles {
  const pages = new CandlePages({ source, clock, ttlMs, maxBytes });
  return async (query, { maxAgeMs = Number.POSITIVE_INFINITY, onFresh } = {}) => {
    const { exchange, symbol, timeframe } = query;
    const series = { exchange, symbol, timeframe };
    const waiter = new Waiter();
    const answering = async () => {
      const limits = await source.candleLimits(series);
      const options = { now: clock.now(), maxAgeMs, limits, waiter };
      return await new CandleReader(pages, series, options).answer(query);
    };
    const late = (): MarketDataError => {
      const message = `${exchange} did not give all these candles within ${timeoutMs} ms; what it gave is kept: ask again, or for fewer.`;
      return new MarketDataError('TIMEOUT', message, series);
    };
    try {
      const { candles, freshUntil } = await withDeadline(clock, timeoutMs, answering(), late);
      onFresh?.(freshUntil);
      return candles;
    } finally {
      if (maxAgeMs > 0) onLookup?.(!waiter.hasWaited);
      waiter.leave();
    }
  };
}
