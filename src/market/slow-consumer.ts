import { MarketDataError } from './errors.ts';

/** The error that ends a subscription whose client would lose something. */
export function slowConsumer(): MarketDataError {
  const message = 'This client takes events more slowly than they come, and some would be lost: subscribe again.';
  return new MarketDataError('SLOW_CONSUMER', message, { retryable: true });
}
