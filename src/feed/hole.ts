import { MarketDataError } from '../market/error.ts';
import type { FeedEvent } from './event.ts';
import type { TopicRequest } from './topic-request.ts';

/** The key of events that tell of a hole: each of them is news. */
export const holeKey = 'hole';

/** Tells subscribers that something may be missing before what they are told next, and will not come. */
export function hole({ exchange, symbol, timeframe }: TopicRequest, what: 'trades' | 'candles'): FeedEvent<never> {
  const message = `Some ${what} of ${symbol} may be missing here: ${exchange} could not be asked for them, or gives them no more.`;
  const details = { exchange, symbol, ...(timeframe === undefined ? {} : { timeframe }), retryable: false };
  return { key: holeKey, value: new MarketDataError('EXCHANGE_UNAVAILABLE', message, details) };
}
