import { MarketDataError } from '../market/error.ts';
import type { Allowance, Excess } from './allowance.ts';

/** Why an operation is refused that is one too many. */
export function tooManyOperations(excess: Excess, operations: Allowance): MarketDataError {
  const most = operations.mostOf(excess);
  return excess === 'address'
    ? new MarketDataError(
        'TOO_MANY_SUBSCRIPTIONS',
        `Your address has ${most} operations open on this server, which is the most it may have: end some first.`,
      )
    : new MarketDataError(
        'TOO_MANY_SUBSCRIPTIONS',
        `This server has ${most} operations open, which is the most it takes: try again later.`,
        { retryable: true },
      );
}
