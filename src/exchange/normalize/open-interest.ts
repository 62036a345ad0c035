import type { OpenInterest as CcxtOpenInterest } from 'ccxt';
import type { OpenInterest } from '../../market/model/open-interest.ts';
import { toAmount, toPastInstant } from './numbers.ts';

/** Converts ccxt's open interest that was received at `receivedAt` (epoch ms). Impossible values become null. */
export function toOpenInterest(
  exchange: string,
  symbol: string,
  { openInterestAmount, openInterestValue, timestamp }: CcxtOpenInterest,
  receivedAt: number,
): OpenInterest {
  return Object.freeze({
    exchange,
    symbol,
    amount: toAmount(openInterestAmount),
    value: toAmount(openInterestValue),
    timestamp: toPastInstant(timestamp, receivedAt),
    receivedAt,
    source: 'FETCH',
    stale: false,
  });
}
