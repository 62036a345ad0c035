import type { LimitFunction } from 'p-limit';
import type { Candle, CandleQuery } from '../market/candle.ts';
import type { Clock } from '../market/clock.ts';
import type { MarketData } from '../market/market-data.ts';
import type { MarketStreams } from '../market/market-streams.ts';
import { periodAfter } from '../market/timeframe.ts';
import { CandleJournal, type CandleMessage } from './candle-journal.ts';
import type { KindRules } from './live-kind.ts';
import { toError } from './order-books.ts';

export interface CandleRulesOptions {
  readonly marketData: Pick<MarketData, 'fetchCandles'>;
  readonly streams: Pick<MarketStreams, 'open'>;
  readonly clock: Clock;
  readonly limiterOf: (exchange: string) => LimitFunction;
}

/** Exchanges give this many in one call, all that we know of. */
const pageLimit = 100;

/** Live candles, each series polled by itself: from the oldest candle on that has not been told as closed. */
export function createCandleRules(options: CandleRulesOptions): KindRules<CandleMessage, Candle> {
  const { marketData, streams, clock, limiterOf } = options;
  return {
    kind: 'candles',
    mostWaiting: 1000,
    createJournal: ({ timeframe = '1m' }) => new CandleJournal(timeframe, clock),
    laneOf: ({ exchange, symbol, timeframe }) => `${exchange} ${symbol} ${timeframe}`,
    openStream: (request, listener) =>
      streams.open(
        { ...request, kind: 'candles' },
        {
          onMessage: (candles) => listener.onMessage({ candles, isWhole: true }),
          onInterrupted: (error) => listener.onInterrupted(error),
        },
      ),
    fetch: async (topics, origin, onOutcome) => {
      for (const topic of topics) {
        const { exchange, symbol, timeframe = '1m' } = topic.request;
        const page = toPage(timeframe, topic.journal.since, clock.now());
        const ask = async (): Promise<CandleMessage> => {
          const query: CandleQuery = { exchange, symbol, timeframe, ...page };
          const candles = await marketData.fetchCandles(query, origin === 'poll' ? { maxAgeMs: 0 } : undefined);
          return { candles, isWhole: page.since === undefined || candles.length < page.limit };
        };
        onOutcome(topic, await limiterOf(exchange)(ask).catch(toError));
      }
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
