import type { MarketInterface } from 'ccxt';
import { MarketDataError } from '../market/error.ts';
import { requireLimit } from '../market/limit.ts';
import type { Trade, TradeQuery } from '../market/trade.ts';
import { can } from './capabilities.ts';
import type { ExchangeClient } from './client.ts';
import { withLimit } from './limits.ts';
import { toTrades } from './normalize-trades.ts';
import { singleTradesMethod } from './rules.ts';
import { findMarket } from './symbols.ts';

/**
 * The newest trades of one market, or the first from `since` on as far back as the exchange serves them: oldest first,
 * each once, at most `limit` (1 to 1000) and as many as the exchange gives in one call.
 * Throws NOT_SUPPORTED, BAD_USER_INPUT, SYMBOL_NOT_FOUND, and what the exchange does.
 */
export async function fetchTrades(client: ExchangeClient, query: TradeQuery): Promise<readonly Trade[]> {
  const exchange = client.info.id;
  const { symbol, since, limit } = query;
  if (!can(client.ccxt, 'TRADES')) {
    throw new MarketDataError('NOT_SUPPORTED', `${exchange} offers no public trades.`, { exchange, symbol });
  }
  requireLimit(limit, { exchange, symbol });
  const market = findMarket(client, await client.markets(), symbol);
  const cap: unknown = client.ccxt.featureValue(symbol, 'fetchTrades', 'limit');
  const most = typeof cap === 'number' && cap > 0 ? cap : limit;
  const single = await fetchSingleTrades(client, market, since === undefined ? limit : most);
  if (single && (since === undefined || reaches(single, since))) return cut(single, query);
  const rows = await withLimit(client.refusedLimits, 'trades', Math.min(limit, most), (asked) =>
    client.call((ccxt) => ccxt.fetchTrades(symbol, since, asked), { symbol }),
  );
  return cut(toTrades(exchange, symbol, requireRows(rows, exchange, symbol)), query);
}

/** The newest trades one by one, of an exchange whose trades ccxt fetches in sums; null where that is not so, or fails. */
async function fetchSingleTrades(
  client: ExchangeClient,
  market: MarketInterface,
  limit: number,
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
    return toTrades(exchange, symbol, requireRows(rows, exchange, symbol));
  } catch (error) {
    if (!(error instanceof MarketDataError) || error.retryable) throw error;
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
