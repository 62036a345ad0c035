import type { Candle } from '../../market/model/candle.ts';
import { periodAfter } from '../../market/timeframe.ts';
import { type CandleMessage, CandleReconciler } from '../reconcile/candle-reconciler.ts';
import type { Topic } from '../topics/topic.ts';
import type { KindSource } from './kind-source.ts';
import { fetchEach } from './single-fetch.ts';
import { adapt, type Upstream } from './upstream.ts';

/** Few enough to come soon, also where a candle is built from many. */
const pageLimit = 100;

/** How many pages in which there is no candle are looked through. */
const maxPages = 30;

/** Live candles, each series polled by itself: from the oldest candle on that has not been told as closed. */
export function createCandleSource(options: Upstream): KindSource<CandleMessage, Candle> {
  const { marketData, openCandles, clock, staleMaxMs, limiterOf } = options;
  return {
    kind: 'candles',
    maxWaiting: 1000,
    createReconciler: (request) => new CandleReconciler(request, clock, staleMaxMs),
    groupOf: ({ exchange, symbol, timeframe }) => `${exchange} ${symbol} ${timeframe}`,
    openStream: (request, listener) =>
      openCandles(
        { ...request, kind: 'candles' },
        adapt(listener, (candles) => ({ candles, isWhole: true })),
      ),
    fetch: (topics, origin, onOutcome) => {
      const ask = async ({ request, reconciler }: Topic<CandleMessage, Candle>): Promise<CandleMessage> => {
        const { exchange, symbol, timeframe = '1m' } = request;
        // The first fetch asks the exchange too: it says what has closed by now.
        const fetchPage = async (page: Page): Promise<readonly Candle[]> =>
          (await marketData.fetchCandles({ exchange, symbol, timeframe, ...page }, { maxAgeMs: 0 })).value;
        return fetchSince(fetchPage, timeframe, reconciler.since, clock.now());
      };
      return fetchEach(topics, origin, limiterOf, ask, onOutcome);
    },
  };
}

interface Page {
  readonly since?: number;
  readonly until?: number;
  readonly limit: number;
}

/**
 * All candles from `since` on, or the first of them. The newest where they reach back far enough, else so many periods
 * from there on, in which there may be no candle.
 */
async function fetchSince(
  fetchPage: (page: Page) => Promise<readonly Candle[]>,
  timeframe: string,
  since: number | null,
  now: number,
): Promise<CandleMessage> {
  const lengthMs = since === null ? 0 : periodAfter(timeframe, since) - since;
  const periods = since === null ? 0 : Math.ceil((now - since) / lengthMs);
  // By a clock of ours that is behind, since may be a time to come.
  const limit = Math.min(pageLimit, Math.max(2, periods + 2));
  const newest = await fetchPage({ limit });
  const [oldest] = newest;
  const reaches = oldest !== undefined && since !== null && oldest.timestamp <= since;
  // Fewer than asked for are all that there are.
  if (since === null || reaches || (limit > periods && newest.length < limit)) {
    return { candles: newest, isWhole: true };
  }
  let from = since;
  for (let page = 0; page < maxPages && from < now; page++) {
    const end = periodAfter(timeframe, from, pageLimit);
    const candles = await fetchPage({ since: from, until: end, limit: pageLimit });
    if (candles.some(({ timestamp }) => timestamp > since)) return { candles, isWhole: end > now };
    from = end;
  }
  return { candles: newest, isWhole: true };
}
