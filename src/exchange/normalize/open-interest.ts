import type { OpenInterest as CcxtOpenInterest, MarketInterface } from 'ccxt';
import { MarketDataError } from '../../market/errors.ts';
import type { OpenInterest } from '../../market/model/derivatives/open-interest.ts';
import { correctOpenInterest } from '../quirks/open-interest-quirks.ts';
import { toAmount, toPastInstant, toWholeInstant } from './numbers.ts';

/** Larger numbers are mistakes: there are not that many of the smallest units of the cheapest coins. */
const maxAmount = 1e20;

/**
 * Converts ccxt's open interest that was received at `receivedAt` (epoch ms). Impossible values become null. Throws
 * BAD_EXCHANGE_RESPONSE if that leaves neither an amount nor a value.
 */
export function toOpenInterest(
  exchange: string,
  market: Pick<MarketInterface, 'symbol' | 'linear' | 'inverse'>,
  given: CcxtOpenInterest | undefined,
  receivedAt: number,
): OpenInterest {
  const { symbol } = market;
  const interest = given && correctOpenInterest(exchange, market, given);
  const amount = toPlausible(interest?.openInterestAmount);
  const value = toPlausible(interest?.openInterestValue);
  if (amount === null && value === null) {
    const message = `${exchange} sent no open interest for ${symbol}.`;
    throw new MarketDataError('BAD_EXCHANGE_RESPONSE', message, { exchange, symbol });
  }
  return Object.freeze({
    exchange,
    symbol,
    amount,
    value,
    timestamp: toPastInstant(toWholeInstant(interest?.timestamp), receivedAt),
    receivedAt,
    source: 'FETCH',
    stale: false,
  });
}

function toPlausible(value: unknown): number | null {
  const amount = toAmount(value);
  return amount !== null && amount <= maxAmount ? amount : null;
}
