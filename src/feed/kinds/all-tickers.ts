import { type AllTickers, isSameScreen } from '../../market/model/all-tickers.ts';
import { LatestReconciler } from '../reconcile/latest-reconciler.ts';
import type { Topic } from '../topics/topic.ts';
import { fetchEachTopic } from './fetch-each-topic.ts';
import type { KindSource } from './kind-source.ts';
import type { Upstream } from './upstream.ts';

/** A call for all tickers is one of the most expensive calls of an exchange. */
const minPollIntervalMs = 5000;

type AllTickersTopic = Topic<AllTickers, AllTickers, LatestReconciler<AllTickers>>;

/**
 * The tickers of whole exchanges. There is one topic for each exchange and type of market, however its subscribers rank
 * it, and it is polled by itself.
 *
 * Exchanges do not stream it, although ccxt has streams of all markets. Binance announced the end of the only one with bids and
 * asks, and ccxt uses `!miniTicker@arr` instead, which would leave old bids and asks next to new prices (watchTickers in
 * pro/binance.js). And ccxt parses such a message at once: 25 to 50 ms each second for 3,000 markets.
 */
export function createAllTickersSource(
  options: Upstream,
): KindSource<AllTickers, AllTickers, LatestReconciler<AllTickers>> {
  const { marketData, streams, clock, staleMaxMs, limiter } = options;
  return {
    kind: 'allTickers',
    maxWaiting: 1,
    minPollIntervalMs,
    createReconciler: () =>
      new LatestReconciler<AllTickers>({
        key: 'screen',
        clock,
        staleMaxMs,
        toValue: (all) => all,
        isSame: isSameScreen,
        // That matters only next to a stream.
        hasMoved: () => false,
      }),
    groupOf: ({ exchange, type }) => `${exchange} ${type ?? ''}`,
    openStream: (request, listener) => streams.open({ ...request, kind: 'allTickers' }, listener),
    fetch: (topics, kind, onOutcome) => {
      const given = kind === 'poll' ? { maxAgeMs: 0 } : undefined;
      const fetch = async ({ request: { exchange, type = null } }: AllTickersTopic): Promise<AllTickers> => {
        const { value } = await marketData.fetchAllTickers({ exchange, type }, given);
        return kind === 'poll' ? Object.freeze({ ...value, source: 'POLL' }) : value;
      };
      return fetchEachTopic(topics, kind, limiter, fetch, onOutcome);
    },
  };
}
