import type { MarketInterface } from 'ccxt';
import { MarketDataError } from '../../../market/errors.ts';
import type { FundingRate } from '../../../market/model/derivatives/funding-rate.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import type { FundingIntervals } from '../../learned/funding-intervals.ts';
import { toIntervalMs } from '../../normalize/funding-rate.ts';
import { fundingBatchParams, unlistedInterval } from '../../quirks/funding-quirks.ts';

/**
 * Adds intervals to funding rates of one kind of market that came without, if the exchange has a list of intervals. It
 * is requested once an hour. If that fails, the intervals stay null.
 */
export async function addIntervals(
  client: ExchangeClient,
  markets: readonly MarketInterface[],
  outcomes: Map<string, FundingRate | MarketDataError>,
): Promise<void> {
  const [market] = markets;
  // ccxt emulates fetchFundingIntervals for no exchange: where it is missing, the rate has the interval or nothing has.
  if (!market || client.ccxt.has.fetchFundingIntervals !== true) return;
  const without = [...outcomes].filter(
    (entry): entry is [string, FundingRate] => !(entry[1] instanceof MarketDataError) && entry[1].intervalMs === null,
  );
  if (without.length === 0) return;
  const intervals = await client.fundingIntervals.get(String(market.subType), () => loadIntervals(client, market));
  if (!intervals) return;
  const unlisted = unlistedInterval(client.info.id);
  for (const [symbol, rate] of without) {
    const intervalMs = intervals.get(symbol) ?? unlisted;
    if (intervalMs !== null && isPossible(rate, intervalMs))
      outcomes.set(symbol, Object.freeze({ ...rate, intervalMs }));
  }
}

/**
 * Exchanges with such a list count intervals from midnight UTC. If the next payment is not at the end of one, the interval
 * was changed after the list was loaded.
 */
function isPossible({ nextFundingTime }: FundingRate, intervalMs: number): boolean {
  return nextFundingTime === null || nextFundingTime % intervalMs === 0;
}

async function loadIntervals(client: ExchangeClient, market: MarketInterface): Promise<FundingIntervals> {
  const params = fundingBatchParams(client.info.id, market);
  const rates = await client.call((ccxt) => ccxt.fetchFundingIntervals(undefined, params), {}, market.symbol);
  return new Map(
    Object.entries(rates).flatMap(([symbol, { interval }]): [string, number][] => {
      const intervalMs = toIntervalMs(interval);
      return intervalMs === null ? [] : [[symbol, intervalMs]];
    }),
  );
}
