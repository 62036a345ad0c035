import type { ExchangeInfo } from '../../../market/model/exchange.ts';
import { notSupported } from '../../../market/model/not-supported.ts';
import type { OpenInterest, OpenInterestHistoryQuery } from '../../../market/model/open-interest.ts';
import { requireLimit } from '../../../market/row-limits.ts';
import { can } from '../../ccxt/capabilities.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { findMarket } from '../../clients/find-market.ts';
import { toOpenInterest } from '../../normalize/open-interest.ts';

/** The open interest of one contract in the past. Throws NOT_SUPPORTED, SYMBOL_NOT_FOUND, and the exchange's errors. */
export async function fetchOpenInterestHistory(
  client: ExchangeClient,
  { symbol, timeframe, since, until, limit }: OpenInterestHistoryQuery,
  exchanges: readonly ExchangeInfo[],
  now: () => number,
): Promise<readonly OpenInterest[]> {
  const exchange = client.info.id;
  if (!can(client.ccxt, 'OPEN_INTEREST_HISTORY')) {
    throw notSupported({ exchange, symbol }, 'past open interest', 'OPEN_INTEREST_HISTORY', exchanges);
  }
  requireLimit(limit, { exchange, symbol });
  findMarket(client, await client.markets(), symbol);
  const params = until === undefined ? {} : { until };
  const rows = await client.call((ccxt) => ccxt.fetchOpenInterestHistory(symbol, timeframe, since, limit, params), {
    symbol,
  });
  return rows.map((row) => toOpenInterest(exchange, symbol, row, now()));
}
