import type { Trade as CcxtTrade, Exchange, MarketInterface } from 'ccxt';
import { MarketDataError } from '../market/error.ts';
import { mostRows, requireLimit } from '../market/limit.ts';
import type { Trade, TradeQuery } from '../market/trade.ts';
import { can } from './capabilities.ts';
import { ccxtErrors } from './ccxt.ts';
import type { ExchangeClient } from './client.ts';
import { isRefusal, withLimit } from './limits.ts';
import { toTrades } from './normalize-trades.ts';
import { singleTradesMethod } from './rules.ts';
import { findMarket } from './symbols.ts';

/** How far an exchange's clock may be ahead of ours for its newest trades to be asked for still, in ms. */
const aheadMs = 60_000;

/**
 * The newest trades of one market, or the first from `since` on as far back as the exchange serves them: oldest first,
 * each once, at most `limit` (1 to 1000) and as many as the exchange gives in one call.
 * Throws NOT_SUPPORTED, BAD_USER_INPUT, SYMBOL_NOT_FOUND, and what the exchange does.
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
  const most = typeof cap === 'number' && cap > 0 ? cap : mostRows;
  if (since === undefined) return cut(await fetchNewest(client, market, Math.min(limit, most), now), query);
  // Many give the newest even from `since` on, or what came within an hour of it: the newest tell whether they reach it.
  const newest = await fetchNewest(client, market, most, now).catch(toFailure);
  if (!(newest instanceof MarketDataError) && reaches(newest, since)) return cut(newest, query);
  const older = await fetchSince(client, query, since, most, now).catch(toFailure);
  // What the look at the newest has failed with, where there is nothing else.
  if (newest instanceof MarketDataError) {
    if (older instanceof MarketDataError || older.length === 0) throw newest;
    return older;
  }
  // Refused, there are no older ones to be had; down, there may be.
  if (older instanceof MarketDataError && !isRefusal(older)) throw older;
  return older instanceof MarketDataError || older.length === 0 ? cut(newest, query) : older;
}

function toFailure(error: unknown): MarketDataError {
  if (error instanceof MarketDataError) return error;
  throw error;
}

/** The first trades from `since` on, as far as one call tells them. */
async function fetchSince(
  client: ExchangeClient,
  query: TradeQuery,
  since: number,
  most: number,
  now: () => number,
): Promise<readonly Trade[]> {
  const { exchange, symbol } = query;
  const rows = await withLimit(client.refusedLimits, 'trades since', most, (asked) =>
    client.call((ccxt) => fetchFrom(ccxt, symbol, since, asked, now), { symbol }),
  );
  return cut(toTrades(exchange, symbol, requireRows(rows, exchange, symbol), now()), query);
}

async function fetchNewest(
  client: ExchangeClient,
  market: MarketInterface,
  limit: number,
  now: () => number,
): Promise<readonly Trade[]> {
  const single = await fetchSingleTrades(client, market, limit, now);
  if (single) return single;
  const { symbol } = market;
  const rows = await withLimit(client.refusedLimits, 'trades', limit, (asked) =>
    client.call((ccxt) => ccxt.fetchTrades(symbol, undefined, asked), { symbol }),
  );
  const exchange = client.info.id;
  return toTrades(exchange, symbol, requireRows(rows, exchange, symbol), now());
}

/** Some exchanges (Coinbase, MEXC) want to be told where to end too when they are told where to begin. */
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

/** The newest trades one by one, of an exchange whose trades ccxt fetches in sums; null where that is not so, or fails. */
async function fetchSingleTrades(
  client: ExchangeClient,
  market: MarketInterface,
  limit: number,
  now: () => number,
): Promise<readonly Trade[] | null> {
  const exchange = client.info.id;
  const method = singleTradesMethod(exchange, market);
  const { symbol } = market;
  if (method === null || client.refusedLimits.has(method)) return null;
  try {
    const rows = await client.call(
      (ccxt) => ccxt.fetchTrades(symbol, undefined, limit, { fetchTradesMethod: method }),
      {
        symbol,
      },
    );
    return toTrades(exchange, symbol, requireRows(rows, exchange, symbol), now());
  } catch (error) {
    if (!isRefusal(error)) throw error;
    client.refusedLimits.add(method);
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

function requireRows<T>(rows: readonly T[], exchange: string, symbol: string): readonly T[] {
  if (Array.isArray(rows)) return rows;
  throw new MarketDataError('BAD_EXCHANGE_RESPONSE', `${exchange} sent no list of trades.`, { exchange, symbol });
}
