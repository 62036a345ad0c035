import type { Candle } from '../../market/model/candle.ts';
import { periodAfter } from '../../market/timeframe.ts';
import { type CandleMessage, CandleReconciler } from '../reconcile/candle-reconciler.ts';
import type { Topic } from '../topics/topic.ts';
import { fetchEachTopic } from './fetch-each-topic.ts';
import type { KindSource } from './kind-source.ts';
import { mapMessages, type Upstream } from './upstream.ts';

/** Few enough to come soon, even where a candle is built from many shorter ones. */
const pageLimit = 100;

/** How many pages without a candle are skipped. */
const maxPages = 30;

type CandleTopic = Topic<CandleMessage, Candle, CandleReconciler>;

/** Live candles, each series polled by itself: from the oldest candle on that subscribers have not received as closed. */
export function createCandleSource(options: Upstream): KindSource<CandleMessage, Candle, CandleReconciler> {
  const { marketData, openCandles, clock, staleMaxMs, limiter } = options;
  const fetch = ({ request, reconciler }: CandleTopic): Promise<CandleMessage> => {
    const { exchange, symbol, timeframe = '1m' } = request;
    // The first fetch asks the exchange too: it says what has closed by now.
    const fetchPage = (page: Page): Promise<readonly Candle[]> =>
      marketData.fetchCandles({ exchange, symbol, timeframe, ...page }, { maxAgeMs: 0 });
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
 * All candles from `since` on: the newest, if these reach back far enough, else the first page from there on that has a
 * candle, and the others in later calls.
 */
async function fetchSince(
  fetchPage: (page: Page) => Promise<readonly Candle[]>,
  timeframe: string,
  since: number | null,
  now: number,
): Promise<CandleMessage> {
  const lengthMs = since === null ? 0 : periodAfter(timeframe, since) - since;
  const periods = since === null ? 0 : Math.ceil((now - since) / lengthMs);
  // If our clock is behind, since may lie in its future.
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
