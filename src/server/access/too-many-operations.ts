import { MarketDataError } from '../../market/errors.ts';
import type { LimitScope } from './concurrency-limit.ts';

/** The most frequent cause is a table with one subscription per row. */
const advice = 'For a table of symbols, use one subscription to tickersUpdated.';

/** The error for an operation that exceeds the limit of its socket, its address or the server. */
export function tooManyOperations(scope: LimitScope | 'socket', max: number): MarketDataError {
  return new MarketDataError('TOO_MANY_SUBSCRIPTIONS', `${sentences[scope](max)} ${advice}`, { retryable: true });
}

const sentences: Readonly<Record<LimitScope | 'socket', (max: number) => string>> = {
  socket: (max) => `This socket has reached its maximum of ${max} open operations: end some, then subscribe again.`,
  address: (max) =>
    `Your address has reached its maximum of ${max} open operations on this server: end some, then subscribe again.`,
  total: (max) => `This server has reached its maximum of ${max} open operations: try again later.`,
};
