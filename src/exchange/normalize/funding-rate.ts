import type { FundingRate as CcxtFundingRate } from 'ccxt';
import { MarketDataError } from '../../market/errors.ts';
import type { FundingRate } from '../../market/model/derivatives/funding-rate.ts';
import { isTimeframe, periodAfter } from '../../market/timeframe.ts';
import { correctFundingRate } from '../quirks/funding-quirks.ts';
import { toNumber, toPastInstant, toPositive, toWholeInstant } from './numbers.ts';

const hourMs = 3_600_000;

/** The longest interval of any exchange, in ms. */
const maxIntervalMs = 24 * hourMs;

/** A payment that is further in the future than this, in ms, is a mistake. */
const maxAheadMs = 7 * maxIntervalMs;

/**
 * Converts a ccxt funding rate that was received at `receivedAt` (epoch ms). Impossible values become null. Throws
 * BAD_EXCHANGE_RESPONSE if that leaves no rate.
 */
export function toFundingRate(
  exchange: string,
  symbol: string,
  given: CcxtFundingRate,
  receivedAt: number,
): FundingRate {
  const rate = correctFundingRate(exchange, symbol, given);
  const first = toWholeInstant(rate.fundingTimestamp);
  const second = toWholeInstant(rate.nextFundingTimestamp);
  const [paidFirst, paidSecond] = [toRate(rate.fundingRate), toRate(rate.nextFundingRate)];
  // Each of the two rates belongs to the time of the same name. If the first was paid already, the second is next.
  const isFirstPaid = first !== null && first <= receivedAt && second !== null && second > receivedAt;
  const [current, following] = isFirstPaid && paidSecond !== null ? [paidSecond, null] : [paidFirst, paidSecond];
  if (current === null && following === null) throw noFundingRate(exchange, symbol);
  return Object.freeze({
    exchange,
    symbol,
    rate: current,
    nextRate: following,
    intervalMs: toIntervalMs(rate.interval) ?? toPlausibleInterval((second ?? 0) - (first ?? second ?? 0)),
    nextFundingTime: toNextTime([first, second], receivedAt),
    markPrice: toPositive(rate.markPrice),
    indexPrice: toPositive(rate.indexPrice),
    timestamp: toPastInstant(toWholeInstant(rate.timestamp), receivedAt),
    receivedAt,
    source: 'FETCH',
    stale: false,
  });
}

/** The error for an answer without a funding rate. */
export function noFundingRate(exchange: string, symbol: string): MarketDataError {
  return new MarketDataError('BAD_EXCHANGE_RESPONSE', `${exchange} sent no funding rate for ${symbol}.`, {
    exchange,
    symbol,
  });
}

/** The length of an interval in ccxt's notation, such as `8h`, in ms. Some of its classes give ms if they know no name. */
export function toIntervalMs(interval: unknown): number | null {
  if (typeof interval !== 'string') return null;
  if (/^\d{7,8}$/.test(interval)) return toPlausibleInterval(Number(interval));
  return isTimeframe(interval) ? toPlausibleInterval(periodAfter(interval, 0)) : null;
}

/** A length of whole hours, up to a day. */
function toPlausibleInterval(ms: number): number | null {
  return ms > 0 && ms <= maxIntervalMs && ms % hourMs === 0 ? ms : null;
}

/** No exchange lets holders pay the value of their whole position in one interval. */
export function toRate(value: unknown): number | null {
  const rate = toNumber(value);
  return rate !== null && Math.abs(rate) < 1 ? rate : null;
}

/** The earliest time in the future, epoch ms: in some of ccxt's classes the first is the last payment. */
function toNextTime(times: readonly (number | null)[], now: number): number | null {
  const future = times.filter((time) => time !== null).filter((time) => time > now && time <= now + maxAheadMs);
  return future.length > 0 ? Math.min(...future) : null;
}
