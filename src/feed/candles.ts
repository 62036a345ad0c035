import type { Candle } from '../market/candle.ts';
import { periodAfter } from '../market/timeframe.ts';
import { CandleJournal, type CandleMessage } from './candle-journal.ts';
import type { KindRules } from './live-kind.ts';
import { fetchEach } from './single-fetch.ts';
import type { Topic } from './topic.ts';
import { adapt, type Upstream } from './upstream.ts';

/** Every exchange gives this many in one call: by ccxt's `features` the least cap is 100 (bitbns, digifinex). */
const pageLimit = 100;

/** Live candles, each series polled by itself: from the oldest candle on that has not been told as closed. */
export function createCandleRules(options: Upstream): KindRules<CandleMessage, Candle> {
  const { marketData, streams, clock, limiterOf } = options;
  return {
    kind: 'candles',
    mostWaiting: 1000,
    createJournal: (request) => new CandleJournal(request, clock),
    laneOf: ({ exchange, symbol, timeframe }) => `${exchange} ${symbol} ${timeframe}`,
    openStream: (request, listener) =>
      streams.open(
        { ...request, kind: 'candles' },
        adapt(listener, (candles) => ({ candles, isWhole: true })),
      ),
    fetch: (topics, origin, onOutcome) => {
      const ask = async (topic: Topic<CandleMessage, Candle>): Promise<CandleMessage> => {
        const { exchange, symbol, timeframe = '1m' } = topic.request;
        const { since } = topic.journal;
        const page = toPage(timeframe, since, clock.now());
        // The first fetch asks the exchange too: it says what has closed by now.
        const candles = await marketData.fetchCandles({ exchange, symbol, timeframe, ...page }, { maxAgeMs: 0 });
        if (candles.length < page.limit) return { candles, isWhole: true };
        if (page.since !== undefined) return { candles, isWhole: false };
        const reaches = since === null || (candles[0]?.timestamp ?? since) <= since;
        return { candles: reaches ? candles : [], isWhole: reaches };
      };
      return fetchEach(topics, origin, limiterOf, ask, onOutcome);
    },
  };
}

/** The newest candles where they reach back far enough, since every exchange can give those, else a page from there on. */
function toPage(
  timeframe: string,
  since: number | null,
  now: number,
): { readonly since?: number; readonly limit: number } {
  if (since === null) return { limit: 2 };
  const periods = Math.ceil((now - since) / (periodAfter(timeframe, since) - since));
  const newest = Math.max(2, periods + 2);
  return newest <= pageLimit ? { limit: newest } : { since, limit: pageLimit };
}
