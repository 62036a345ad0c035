import { MarketDataError } from '../../market/errors.ts';
import type { Excess } from './allowance.ts';

/** A table with one subscription per row is what most often comes to a limit. */
const advice = 'A table of symbols is one subscription to tickersUpdated.';

/** Why an operation is refused that is one too many for its socket, its address or the server. */
export function tooManyOperations(excess: Excess | 'socket', most: number): MarketDataError {
  return new MarketDataError('TOO_MANY_SUBSCRIPTIONS', `${sentences[excess](most)} ${advice}`, { retryable: true });
}

const sentences: Readonly<Record<Excess | 'socket', (most: number) => string>> = {
  socket: (most) =>
    `This socket has ${most} operations open, which is the most it may have: end some, then subscribe again.`,
  address: (most) =>
    `Your address has ${most} operations open on this server, which is the most it may have: end some, then subscribe again.`,
  total: (most) => `This server has ${most} operations open, which is the most it takes: try again later.`,
};
