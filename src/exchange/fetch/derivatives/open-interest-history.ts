import type { OpenInterest as CcxtOpenInterest, MarketInterface } from 'ccxt';
import { MarketDataError } from '../../../market/errors.ts';
import type { OpenInterest, OpenInterestHistoryQuery } from '../../../market/model/derivatives/open-interest.ts';
import type { ExchangeInfo } from '../../../market/model/exchange.ts';
import { notSupported } from '../../../market/model/not-supported.ts';
import { periodAfter } from '../../../market/timeframe.ts';
import { can } from '../../ccxt/capabilities.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { toOpenInterest } from '../../normalize/open-interest.ts';
import {
  openInterestHistoryParams,
  openInterestPageSize,
  openInterestReach,
  openInterestTimeframes,
} from '../../quirks/open-interest-quirks.ts';
import { readHistory, requireHistoryRange } from './read-history.ts';
import { requireContract } from './require-contract.ts';

/** A value of the past: its time is known. */
type PastOpenInterest = OpenInterest & { readonly timestamp: number };

/**
 * The open interest of one contract in the past, oldest first, each timestamp once. Throws NOT_SUPPORTED,
 * TIMEFRAME_NOT_SUPPORTED, BAD_USER_INPUT, SYMBOL_NOT_FOUND, and the exchange's errors.
 */
export async function fetchOpenInterestHistory(
  client: ExchangeClient,
  query: OpenInterestHistoryQuery,
  exchanges: readonly ExchangeInfo[],
  now: () => number,
): Promise<readonly OpenInterest[]> {
  const { symbol, timeframe } = query;
  const exchange = client.info.id;
  if (!can(client.ccxt, 'OPEN_INTEREST_HISTORY')) {
    throw notSupported({ exchange, symbol }, 'past open interest', 'OPEN_INTEREST_HISTORY', exchanges);
  }
  requireHistoryRange(query);
  requireTimeframe(query, openInterestTimeframes(exchange) ?? Object.keys(client.ccxt.timeframes ?? {}));
  const market = requireContract(client, await client.markets(), symbol);
  const fixed = openInterestHistoryParams(exchange, market);
  return readHistory<CcxtOpenInterest, PastOpenInterest>({
    client,
    market,
    query,
    what: `open interest ${timeframe}`,
    ask: ({ since, until, limit }) => {
      const params = until === undefined ? fixed : { ...fixed, until };
      return client.call((ccxt) => ccxt.fetchOpenInterestHistory(symbol, timeframe, since, limit, params), { symbol });
    },
    toRow: (row) => toPastOpenInterest(exchange, market, row, now()),
    spacingMs: periodAfter(timeframe, 0),
    pageSize: openInterestPageSize(exchange),
    reachMs: openInterestReach(exchange),
    now,
  });
}

function requireTimeframe({ exchange, symbol, timeframe }: OpenInterestHistoryQuery, known: readonly string[]): void {
  if (known.length === 0 || known.includes(timeframe)) return;
  throw new MarketDataError(
    'TIMEFRAME_NOT_SUPPORTED',
    `${exchange} has no past open interest by ${timeframe}; it has ${known.join(', ')}.`,
    { exchange, symbol, timeframe, suggestions: known },
  );
}

/** Null for a row without a time or without any number. */
function toPastOpenInterest(
  exchange: string,
  market: MarketInterface,
  row: CcxtOpenInterest,
  now: number,
): PastOpenInterest | null {
  try {
    const interest = toOpenInterest(exchange, market, row, now);
    const { timestamp } = interest;
    return timestamp === null ? null : { ...interest, timestamp };
  } catch (error) {
    if (error instanceof MarketDataError) return null;
    throw error;
  }
}
