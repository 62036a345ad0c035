import { MarketDataError } from './errors.ts';

/** The error that ends a subscription whose client would lose events. */
export function slowConsumer(): MarketDataError {
  const message = 'This client reads events more slowly than they arrive, and would lose some: subscribe again.';
  return new MarketDataError('SLOW_CONSUMER', message, { retryable: true });
}
