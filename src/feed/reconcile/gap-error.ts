import { MarketDataError } from '../../market/errors.ts';
import type { FeedEvent } from './feed-event.ts';
import type { TopicRequest } from './topic-request.ts';

/** The event that ends subscribers when data before the next event may be missing and no call will bring it. */
export function gapError({ exchange, symbol, timeframe }: TopicRequest, what: 'trades' | 'candles'): FeedEvent<never> {
  const message = `Some ${what} of ${symbol} may be missing here: ${exchange} did not answer, or no longer has them. Subscribe again.`;
  const details = { exchange, symbol, ...(timeframe === undefined ? {} : { timeframe }), retryable: true };
  return { key: 'error', value: new MarketDataError('EXCHANGE_UNAVAILABLE', message, details) };
}
