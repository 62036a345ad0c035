import type { FundingRate as CcxtFundingRate } from 'ccxt';
import type { FundingRate } from '../../market/model/funding-rate.ts';
import { isTimeframe, periodAfter } from '../../market/timeframe.ts';
import { toInstant, toNumber, toPastInstant, toPositive } from './numbers.ts';

/** Converts a ccxt funding rate that was received at `receivedAt` (epoch ms). Impossible values become null. */
export function toFundingRate(
  exchange: string,
  symbol: string,
  rate: CcxtFundingRate,
  receivedAt: number,
): FundingRate {
  return Object.freeze({
    exchange,
    symbol,
    rate: toNumber(rate.fundingRate),
    nextRate: toNumber(rate.nextFundingRate),
    intervalMs: toIntervalMs(rate.interval),
    nextFundingTime: toNextTime([rate.fundingTimestamp, rate.nextFundingTimestamp], receivedAt),
    markPrice: toPositive(rate.markPrice),
    indexPrice: toPositive(rate.indexPrice),
    timestamp: toPastInstant(rate.timestamp, receivedAt),
    receivedAt,
    source: 'FETCH',
    stale: false,
  });
}

/** The length of an interval in ccxt's notation, such as `8h`, in ms. */
function toIntervalMs(interval: unknown): number | null {
  return typeof interval === 'string' && isTimeframe(interval) ? periodAfter(interval, 0) : null;
}

/** The earliest time in the future, epoch ms: in some of ccxt's classes the first is the last payment. */
function toNextTime(times: readonly unknown[], now: number): number | null {
  const future = times
    .map(toInstant)
    .filter((time) => time !== null)
    .filter((time) => time > now);
  return future.length > 0 ? Math.min(...future) : null;
}
