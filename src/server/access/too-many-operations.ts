import { MarketDataError } from '../../market/errors.ts';
import type { LimitScope } from './concurrency-limit.ts';

/** A table with one subscription per row is what most often reaches a limit. */
const advice = 'A table of symbols is one subscription to tickersUpdated.';

/** The error for an operation that is one too many for its socket, its address or the server. */
export function tooManyOperations(scope: LimitScope | 'socket', max: number): MarketDataError {
  return new MarketDataError('TOO_MANY_SUBSCRIPTIONS', `${sentences[scope](max)} ${advice}`, { retryable: true });
}

const sentences: Readonly<Record<LimitScope | 'socket', (max: number) => string>> = {
  socket: (max) =>
    `This socket has ${max} operations open, which is the most it may have: end some, then subscribe again.`,
  address: (max) =>
    `Your address has ${max} operations open on this server, which is the most it may have: end some, then subscribe again.`,
  total: (max) => `This server has ${max} operations open, which is the most it takes: try again later.`,
};
