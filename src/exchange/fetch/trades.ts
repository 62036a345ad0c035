import type { Trade as CcxtTrade, Exchange, MarketInterface } from 'ccxt';
import { MarketDataError } from '../../market/errors.ts';
import type { Trade, TradeQuery } from '../../market/model/trade.ts';
import { maxRows, requireLimit } from '../../market/row-limits.ts';
import { can } from '../ccxt/capabilities.ts';
import { ccxtErrors } from '../ccxt/load-ccxt.ts';
import type { ExchangeClient } from '../clients/exchange-client.ts';
import { findMarket } from '../clients/find-market.ts';
import type { LimitedCall } from '../learned/limit-memory.ts';
import { isRequestRefusal, withLimit } from '../learned/with-limit.ts';
import { toTrades } from '../normalize/trades.ts';
import { singleTradesMethod } from '../quirks/rest-quirks.ts';

/** The exchange's clock may be this far ahead of ours, in ms: its newest trades are still requested. */
const aheadMs = 60_000;

/**
 * The newest trades of one market, or the first ones from `since` on as far back as the exchange's history reaches.
 * They are sorted oldest first and have no duplicates. There are at most `limit` (1 to 1000), and at most as many as
 * the exchange returns in one call. Throws NOT_SUPPORTED, BAD_USER_INPUT, SYMBOL_NOT_FOUND, and the exchange's errors.
 */
export async function fetchTrades(
  client: ExchangeClient,
  query: TradeQuery,
  now: () => number,
): Promise<readonly Trade[]> {
  const exchange = client.info.id;
  const { symbol, since, limit } = query;
  if (!can(client.ccxt, 'TRADES')) {
    throw new MarketDataError('NOT_SUPPORTED', `${exchange} offers no public trades.`, { exchange, symbol });
  }
  requireLimit(limit, { exchange, symbol });
  const market = findMarket(client, await client.markets(), symbol);
  const cap: unknown = client.ccxt.featureValue(symbol, 'fetchTrades', 'limit');
  const maxPerCall = typeof cap === 'number' && cap > 0 ? cap : maxRows;
  if (since === undefined) return cut(await fetchNewest(client, market, Math.min(limit, maxPerCall), now), query);
  // Many exchanges return the newest trades even when `since` is given, or only trades within an hour of it. The newest
  // trades show whether they already reach back to `since`.
  const newest = await fetchNewest(client, market, maxPerCall, now).catch(toFailure);
  if (!(newest instanceof MarketDataError) && reaches(newest, since)) return cut(newest, query);
  const older = await fetchSince(client, market, query, since, maxPerCall, now).catch(toFailure);
  // If nothing else came, the error of the call for the newest trades counts.
  if (newest instanceof MarketDataError) {
    if (older instanceof MarketDataError || older.length === 0) throw newest;
    return older;
  }
  // A refusal means that older trades are not available; after an outage they may be.
  if (older instanceof MarketDataError && !isRequestRefusal(older)) throw older;
  return older instanceof MarketDataError || older.length === 0 ? cut(newest, query) : older;
}

function toFailure(error: unknown): MarketDataError {
  if (error instanceof MarketDataError) return error;
  throw error;
}

/** The first trades from `since` on, as far as one call returns them. */
async function fetchSince(
  client: ExchangeClient,
  market: MarketInterface,
  query: TradeQuery,
  since: number,
  maxPerCall: number,
  now: () => number,
): Promise<readonly Trade[]> {
  const { exchange, symbol } = query;
  const rows = await withLimit(client.limits, {
    name: 'trades since',
    market,
    limit: maxPerCall,
    ask: (asked) => client.call((ccxt) => fetchFrom(ccxt, symbol, since, asked, now), { symbol }),
    countRows,
  });
  return cut(toTrades(exchange, market, requireRows(rows, exchange, symbol), now()), query);
}

async function fetchNewest(
  client: ExchangeClient,
  market: MarketInterface,
  limit: number,
  now: () => number,
): Promise<readonly Trade[]> {
  const method = singleTradesMethod(client.info.id, market);
  const aggregated = { name: 'trades', market };
  const single = method === null ? null : { name: method, market };
  if (!single || client.limits.refusesVariant(single)) return fetchNewestRows(client, aggregated, limit, now, {});
  const trades = await fetchSingleTrades(client, single, limit, now);
  if (trades) return trades;
  const aggregates = await fetchNewestRows(client, aggregated, limit, now, {});
  // Only now is it known that the exchange refused the method, and not the market.
  client.limits.learnRefusedVariant(single);
  return aggregates;
}

async function fetchNewestRows(
  client: ExchangeClient,
  call: LimitedCall & { readonly market: MarketInterface },
  limit: number,
  now: () => number,
  params: Readonly<Record<string, string>>,
): Promise<readonly Trade[]> {
  const { market } = call;
  const { symbol } = market;
  const rows = await withLimit(client.limits, {
    ...call,
    limit,
    ask: (asked) => client.call((ccxt) => ccxt.fetchTrades(symbol, undefined, asked, params), { symbol }),
    countRows,
  });
  const exchange = client.info.id;
  return toTrades(exchange, market, requireRows(rows, exchange, symbol), now());
}

/** Some exchanges (Coinbase, MEXC) require an end time when a start time is given. */
async function fetchFrom(
  ccxt: Exchange,
  symbol: string,
  since: number,
  limit: number | undefined,
  now: () => number,
): Promise<readonly CcxtTrade[]> {
  try {
    return await ccxt.fetchTrades(symbol, since, limit);
  } catch (error) {
    if (!(error instanceof ccxtErrors.ArgumentsRequired)) throw error;
    return ccxt.fetchTrades(symbol, since, limit, { until: now() + aheadMs });
  }
}

/**
 * The newest trades one by one, from an exchange whose trades ccxt fetches as aggregates; null if it refuses this
 * method.
 */
async function fetchSingleTrades(
  client: ExchangeClient,
  call: LimitedCall & { readonly market: MarketInterface },
  limit: number,
  now: () => number,
): Promise<readonly Trade[] | null> {
  try {
    return await fetchNewestRows(client, call, limit, now, { fetchTradesMethod: call.name });
  } catch (error) {
    if (!isRequestRefusal(error)) throw error;
    return null;
  }
}

function reaches([oldest]: readonly Trade[], since: number): boolean {
  return oldest !== undefined && oldest.timestamp <= since;
}

function cut(trades: readonly Trade[], { since, limit }: TradeQuery): readonly Trade[] {
  if (since === undefined) return trades.slice(-limit);
  return trades.filter(({ timestamp }) => timestamp >= since).slice(0, limit);
}

/** The number of rows. Anything that is not a list is rejected later, with its own message. */
function countRows(rows: unknown): number {
  return Array.isArray(rows) ? rows.length : 0;
}

function requireRows<T>(rows: readonly T[], exchange: string, symbol: string): readonly T[] {
  if (Array.isArray(rows)) return rows;
  throw new MarketDataError('BAD_EXCHANGE_RESPONSE', `${exchange} did not send a list of trades.`, {
    exchange,
    symbol,
  });
}
