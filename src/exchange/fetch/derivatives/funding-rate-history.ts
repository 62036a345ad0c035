import type { FundingRateHistory } from 'ccxt';
import type { FundingHistoryQuery, FundingPayment } from '../../../market/model/derivatives/funding-rate.ts';
import type { ExchangeInfo } from '../../../market/model/exchange.ts';
import { notSupported } from '../../../market/model/not-supported.ts';
import { can } from '../../ccxt/capabilities.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { toRate } from '../../normalize/funding-rate.ts';
import { toPastInstant, toWholeInstant } from '../../normalize/numbers.ts';
import {
  fundingPageSize,
  fundingReach,
  fundingUntilParameter,
  paidRate,
  sendsAllFunding,
} from '../../quirks/funding-quirks.ts';
import { readHistory, requireHistoryRange } from './read-history.ts';
import { requirePerpetual } from './require-contract.ts';

/** Most exchanges pay every eight hours. */
const usualSpacingMs = 8 * 3_600_000;

/**
 * Funding that was paid in the past, oldest first, each payment once. Throws NOT_SUPPORTED, BAD_USER_INPUT,
 * SYMBOL_NOT_FOUND, and the exchange's errors.
 */
export async function fetchFundingRateHistory(
  client: ExchangeClient,
  query: FundingHistoryQuery,
  exchanges: readonly ExchangeInfo[],
  now: () => number,
): Promise<readonly FundingPayment[]> {
  const { symbol } = query;
  const exchange = client.info.id;
  if (!can(client.ccxt, 'FUNDING_RATE_HISTORY')) {
    throw notSupported({ exchange, symbol }, 'past funding', 'FUNDING_RATE_HISTORY', exchanges);
  }
  requireHistoryRange(query);
  const market = requirePerpetual(client, await client.markets(), symbol);
  const untilParameter = fundingUntilParameter(exchange);
  return readHistory<FundingRateHistory, FundingPayment>({
    client,
    market,
    query,
    what: 'funding',
    ask: ({ since, until, limit }) => {
      const params = until === undefined ? {} : { [untilParameter]: until };
      return client.call((ccxt) => ccxt.fetchFundingRateHistory(symbol, since, limit, params), { symbol });
    },
    toRow: (row) => {
      const timestamp = toPastInstant(toWholeInstant(row.timestamp), now());
      const rate = toRate(paidRate(exchange, row));
      return timestamp === null || rate === null ? null : { timestamp, rate };
    },
    spacingMs: usualSpacingMs,
    isWhole: sendsAllFunding(exchange),
    pageSize: fundingPageSize(exchange),
    reachMs: fundingReach(exchange),
    now,
  });
}
