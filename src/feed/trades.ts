import type { LimitFunction } from 'p-limit';
import type { Clock } from '../market/clock.ts';
import type { MarketData } from '../market/market-data.ts';
import type { MarketStreams } from '../market/market-streams.ts';
import type { Trade, TradeQuery } from '../market/trade.ts';
import type { KindRules } from './live-kind.ts';
import { toError } from './order-books.ts';
import { TradeJournal, type TradeMessage } from './trade-journal.ts';

export interface TradeRulesOptions {
  readonly marketData: Pick<MarketData, 'fetchTrades'>;
  readonly streams: Pick<MarketStreams, 'open'>;
  readonly clock: Clock;
  readonly limiterOf: (exchange: string) => LimitFunction;
}

const firstLimit = 100;
const pageLimit = 1000;

/** Live trades, each market polled by itself: from the newest known trade on. */
export function createTradeRules(options: TradeRulesOptions): KindRules<TradeMessage, readonly Trade[]> {
  const { marketData, streams, clock, limiterOf } = options;
  return {
    kind: 'trades',
    mostWaiting: 1000,
    createJournal: () => new TradeJournal(clock),
    laneOf: ({ exchange, symbol }) => `${exchange} ${symbol}`,
    openStream: (request, listener) => streams.open({ ...request, kind: 'trades' }, listener),
    fetch: async (topics, _origin, onOutcome) => {
      for (const topic of topics) {
        const { exchange, symbol } = topic.request;
        const { since } = topic.journal;
        const page = since === null ? { limit: firstLimit } : { since, limit: pageLimit };
        const query: TradeQuery = { exchange, symbol, ...page };
        // The first fetch asks the exchange too: what is remembered may lack trades that came before the subscriber.
        const ask = () => marketData.fetchTrades(query, { maxAgeMs: 0 });
        onOutcome(topic, await limiterOf(exchange)(ask).catch(toError));
      }
    },
  };
}
