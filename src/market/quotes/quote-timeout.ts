import { MarketDataError } from '../errors.ts';
import type { MarketRef } from '../market-ref.ts';

/**
 * How long a quote waits for all exchanges, in ms. The exchanges that have answered by then must not wait for one that
 * hangs, whose own deadline is longer (UPSTREAM_TIMEOUT_MS). Its call goes on, and a later quote has its ticker.
 */
export const quoteWaitMs = 3000;

/** The error of an exchange that a quote does not wait for any longer. */
export function quoteTimeout(market: MarketRef): MarketDataError {
  const message = `${market.exchange} did not answer within ${quoteWaitMs} ms; try again.`;
  return new MarketDataError('TIMEOUT', message, market);
}
