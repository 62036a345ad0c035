import { MarketDataError } from '../../market/errors.ts';

/** How long to wait before a retry, in ms. */
const retryAfterMs = 1000;

/** EXCHANGE_UNAVAILABLE: no instance calls the exchange at the moment. */
export function noOwner(exchange: string): MarketDataError {
  const message = `No instance of this server can call ${exchange} at the moment; another one takes over within seconds.`;
  return new MarketDataError('EXCHANGE_UNAVAILABLE', message, { exchange, retryAfterMs });
}

/** TIMEOUT: the instance that calls the exchange did not reply. */
export function noReply(exchange: string, timeoutMs: number): MarketDataError {
  const message = `The instance of this server that calls ${exchange} did not reply within ${timeoutMs} ms; try again in a moment.`;
  return new MarketDataError('TIMEOUT', message, { exchange });
}

/** OVERLOADED: too many requests wait for the instance that calls the exchange. */
export function tooManyRequests(exchange: string): MarketDataError {
  const message = `Too many requests wait for the instance of this server that calls ${exchange}; try again in a moment.`;
  return new MarketDataError('OVERLOADED', message, { exchange, retryAfterMs });
}
