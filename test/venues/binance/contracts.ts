import { hourMs } from '../market/candles.ts';
import { subtract } from '../market/decimal.ts';
import { toCurrencies, type VenueMarket, type VenueModel, type VenueTicker } from '../market/model.ts';
import type { VenueRequest } from '../venue.ts';
import type { BinanceKind } from './markets.ts';

type Query = VenueRequest['query'];

/** Funding is paid every eight hours, unless `fundingInfo` lists another interval. */
export const fundingMs = 8 * hourMs;

/** The rate that is paid at an instant: from -0.0003 to 0.0003. */
export function rateAt(instant: number): string {
  return (((Math.floor(instant / fundingMs) % 7) - 3) / 10_000).toFixed(8);
}

/** `premiumIndex`: the mark price is the last price, the index price one step below it. */
export function toPremiumIndex(kind: BinanceKind, market: VenueMarket, ticker: VenueTicker): unknown {
  const { base, quote } = toCurrencies(market.symbol);
  const nextFundingTime = (Math.floor(ticker.timestamp / fundingMs) + 1) * fundingMs;
  return {
    symbol: market.id,
    ...(kind === 'inverse' ? { pair: `${base}${quote}` } : {}),
    markPrice: ticker.last,
    indexPrice: subtract(ticker.last, market.priceStep),
    estimatedSettlePrice: ticker.last,
    lastFundingRate: rateAt(nextFundingTime),
    interestRate: '0.00010000',
    nextFundingTime,
    time: ticker.timestamp,
  };
}

/** `fundingRate`: from `startTime` on if it is given, otherwise the newest up to `endTime`; both bounds inclusive. */
export function toPayments(market: VenueMarket, query: Query, now: number): readonly unknown[] {
  const times = listTimes(fundingMs, market, query, { now, usual: 100, most: 1000 });
  return times.map((fundingTime) => ({
    symbol: market.id,
    fundingTime,
    fundingRate: rateAt(fundingTime),
    markPrice: market.price,
  }));
}

/** The amount at an instant: coins, or contracts for coin-margined futures. */
function amountAt(instant: number): string {
  return (90_000 + (Math.floor(instant / hourMs) % 100)).toFixed(3);
}

export function toOpenInterest(market: VenueMarket, now: number): unknown {
  return { symbol: market.id, openInterest: amountAt(now), time: now };
}

const periods: Readonly<Record<string, number>> = {
  '5m': hourMs / 12,
  '15m': hourMs / 4,
  '30m': hourMs / 2,
  '1h': hourMs,
  '2h': 2 * hourMs,
  '4h': 4 * hourMs,
  '6h': 6 * hourMs,
  '12h': 12 * hourMs,
  '1d': 24 * hourMs,
};

/** The exchange serves 30 days of past open interest. */
const historyMs = 30 * 24 * hourMs;

/** `openInterestHist`; null for an unknown market or period, or a start that is too long ago. */
export function toInterestHistory(query: Query, model: VenueModel): readonly unknown[] | null {
  const { symbol, pair, period = '', contractType } = query;
  const isInverse = pair !== undefined;
  const market = model.markets.find(({ id }) => id === (isInverse ? `${pair}_PERP` : symbol));
  const periodMs = periods[period];
  const isTooOld = Number(query.startTime ?? model.now) < model.now - historyMs;
  if (!market || periodMs === undefined || isTooOld || (isInverse && contractType !== 'PERPETUAL')) return null;
  return listTimes(periodMs, market, query, { now: model.now, usual: 30, most: 500 }).map((timestamp) => ({
    ...(isInverse ? { pair, contractType } : { symbol }),
    sumOpenInterest: amountAt(timestamp),
    // In base currency for coin-margined futures.
    sumOpenInterestValue: isInverse ? '1234.5' : (Number(amountAt(timestamp)) * Number(market.price)).toFixed(8),
    timestamp,
  }));
}

function listTimes(
  stepMs: number,
  { listedAt }: VenueMarket,
  { startTime, endTime, limit }: Query,
  { now, usual, most }: { readonly now: number; readonly usual: number; readonly most: number },
): readonly number[] {
  const count = Math.min(Number(limit ?? usual), most);
  const last = Math.floor(Math.min(Number(endTime ?? now), now) / stepMs) * stepMs;
  const first = Math.ceil(Math.max(Number(startTime ?? 0), listedAt) / stepMs) * stepMs;
  const begin = startTime === undefined ? Math.max(first, last - (count - 1) * stepMs) : first;
  const length = Math.min(count, Math.max(0, (last - begin) / stepMs + 1));
  return Array.from({ length }, (_, index) => begin + index * stepMs);
}
