import type { ExchangeInfo } from '../../../market/model/exchange.ts';
import type { FundingHistoryQuery, FundingPayment } from '../../../market/model/funding-rate.ts';
import { notSupported } from '../../../market/model/not-supported.ts';
import { requireLimit } from '../../../market/row-limits.ts';
import { can } from '../../ccxt/capabilities.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { findMarket } from '../../clients/find-market.ts';
import { toNumber, toPastInstant } from '../../normalize/numbers.ts';

/** Funding that was paid in the past. Throws NOT_SUPPORTED, SYMBOL_NOT_FOUND, and the exchange's errors. */
export async function fetchFundingRateHistory(
  client: ExchangeClient,
  { symbol, since, until, limit }: FundingHistoryQuery,
  exchanges: readonly ExchangeInfo[],
  now: () => number,
): Promise<readonly FundingPayment[]> {
  const exchange = client.info.id;
  if (!can(client.ccxt, 'FUNDING_RATE_HISTORY')) {
    throw notSupported({ exchange, symbol }, 'past funding', 'FUNDING_RATE_HISTORY', exchanges);
  }
  requireLimit(limit, { exchange, symbol });
  findMarket(client, await client.markets(), symbol);
  const params = until === undefined ? {} : { until };
  const rows = await client.call((ccxt) => ccxt.fetchFundingRateHistory(symbol, since, limit, params), { symbol });
  return rows.flatMap((row) => {
    const [timestamp, rate] = [toPastInstant(row.timestamp, now()), toNumber(row.fundingRate)];
    return timestamp === null || rate === null ? [] : [{ timestamp, rate }];
  });
}
