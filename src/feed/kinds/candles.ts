import type { Candle } from '../../market/model/candle.ts';
import { periodAfter } from '../../market/timeframe.ts';
import { type CandleMessage, CandleReconciler } from '../reconcile/candles/candle-reconciler.ts';
import type { Topic } from '../topics/topic.ts';
import { fetchEachTopic } from './fetch-each-topic.ts';
import type { KindSource } from './kind-source.ts';
import { mapMessages, type Upstream } from './upstream.ts';

/** The page size is small so that an answer comes soon, even if each candle is built from many shorter ones. */
const pageLimit = 100;

/** How many pages without a candle are skipped before the search ends. */
const maxPages = 30;

type CandleTopic = Topic<CandleMessage, Candle, CandleReconciler>;

/**
 * Live candles. Each series is polled by itself, from the oldest candle that subscribers have not received as closed.
 */
export function createCandleSource(options: Upstream): KindSource<CandleMessage, Candle, CandleReconciler> {
  const { marketData, openCandles, clock, staleMaxMs, limiter } = options;
  const fetch = ({ request, reconciler }: CandleTopic): Promise<CandleMessage> => {
    const { exchange, symbol, timeframe = '1m' } = request;
    // The first fetch asks the exchange too, because only the exchange knows which candles have closed by now.
    const fetchPage = async (page: Page): Promise<readonly Candle[]> =>
      (await marketData.fetchCandles({ exchange, symbol, timeframe, ...page }, { maxAgeMs: 0 })).value;
    return fetchSince(fetchPage, timeframe, reconciler.since, clock.now());
  };
  return {
    kind: 'candles',
    maxWaiting: 1000,
    createReconciler: (request) => new CandleReconciler(request, clock, staleMaxMs),
    groupOf: ({ exchange, symbol, timeframe }) => `${exchange} ${symbol} ${timeframe}`,
    openStream: (request, listener) =>
      openCandles(
        { ...request, kind: 'candles' },
        mapMessages(listener, (candles) => ({ candles, isWhole: true })),
      ),
    fetch: (topics, kind, onOutcome) => fetchEachTopic(topics, kind, limiter, fetch, onOutcome),
  };
}

interface Page {
  readonly since?: number;
  readonly until?: number;
  readonly limit: number;
}

/**
 * Fetches candles from `since` on. Returns the newest candles if they reach back to `since`. Otherwise returns the
 * first page after `since` that has a candle; later calls fetch the rest.
 */
async function fetchSince(
  fetchPage: (page: Page) => Promise<readonly Candle[]>,
  timeframe: string,
  since: number | null,
  now: number,
): Promise<CandleMessage> {
  const lengthMs = since === null ? 0 : periodAfter(timeframe, since) - since;
  const periods = since === null ? 0 : Math.ceil((now - since) / lengthMs);
  // If our clock is behind, `since` can lie in its future.
  const limit = Math.min(pageLimit, Math.max(2, periods + 2));
  const newest = await fetchPage({ limit });
  const [oldest] = newest;
  const reaches = oldest !== undefined && since !== null && oldest.timestamp <= since;
  // An answer with fewer candles than requested contains all of them.
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
