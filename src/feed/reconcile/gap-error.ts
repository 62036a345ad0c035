import { MarketDataError } from '../../market/errors.ts';
import type { FeedEvent } from './feed-event.ts';
import type { TopicRequest } from './topic-request.ts';

/** Ends subscribers that may miss something before what comes next, because no call will bring it. */
export function gapError({ exchange, symbol, timeframe }: TopicRequest, what: 'trades' | 'candles'): FeedEvent<never> {
  const message = `Some ${what} of ${symbol} may be missing here: ${exchange} did not answer, or no longer has them. Subscribe again.`;
  const details = { exchange, symbol, ...(timeframe === undefined ? {} : { timeframe }), retryable: true };
  return { key: 'error', value: new MarketDataError('EXCHANGE_UNAVAILABLE', message, details) };
}
