import type { MarketInterface } from 'ccxt';
import type { Candle, CandleQuery } from '../market/candle.ts';
import { MarketDataError } from '../market/error.ts';
import { periodAfter, periodStart } from '../market/timeframe.ts';
import { can } from './capabilities.ts';
import type { ExchangeClient } from './client.ts';
import { toCandles } from './normalize.ts';
import { actualTimeframe, candleHistory } from './rules.ts';
import { findMarket } from './symbols.ts';

/** Most exchanges cap a call at 1,000 candles or fewer; where ccxt does not know the cap, this one is assumed. */
const assumedCap = 1000;

/**
 * One upstream window of candles: oldest first, within `[since, until)`, each timestamp once.
 * Throws NOT_SUPPORTED, TIMEFRAME_NOT_SUPPORTED (with the timeframes there are), SYMBOL_NOT_FOUND, BAD_USER_INPUT for a
 * window larger than one call of the exchange or older than it serves, and what the exchange does.
 */
export async function fetchCandles(
  client: ExchangeClient,
  query: CandleQuery,
  now: () => number,
): Promise<readonly Candle[]> {
  const { symbol, timeframe, until = Number.POSITIVE_INFINITY } = query;
  requireWindow(query);
  requireTimeframe(client, query);
  const market = findMarket(client, await client.markets(), symbol);
  if (until <= 0) return [];
  const { since, limit } = toWindow(client, market, query, now());
  if (limit === 0) return [];
  const rows = await client.call((ccxt) => ccxt.fetchOHLCV(symbol, timeframe, since, limit), { symbol, timeframe });
  // By the clock after the call, which may have waited long: a candle that was forming before may have closed.
  const inside = toCandles(rows, query, now()).filter(
    ({ timestamp }) => timestamp >= (query.since ?? Number.NEGATIVE_INFINITY) && timestamp < until,
  );
  return query.since === undefined ? inside.slice(-query.limit) : inside.slice(0, query.limit);
}

function requireWindow({ exchange, symbol, timeframe, since, until, limit }: CandleQuery): void {
  const about = { exchange, symbol, timeframe };
  if (limit < 1) throw new MarketDataError('BAD_USER_INPUT', `limit is ${limit}; it must be 1 or more.`, about);
  if (since !== undefined && until !== undefined && since >= until) {
    throw new MarketDataError('BAD_USER_INPUT', 'since must lie before until.', about);
  }
}

function requireTimeframe(client: ExchangeClient, { exchange, timeframe }: CandleQuery): void {
  if (!can(client.ccxt, 'CANDLES')) {
    throw new MarketDataError('NOT_SUPPORTED', `${exchange} offers no candles.`, { exchange, timeframe });
  }
  const { timeframes } = client.info;
  if (timeframes.includes(timeframe)) return;
  throw new MarketDataError(
    'TIMEFRAME_NOT_SUPPORTED',
    `${exchange} has no candles of ${timeframe}; it has ${timeframes.join(', ')}.`,
    { exchange, timeframe, suggestions: timeframes },
  );
}

/** What to ask the exchange for: the instant to start at (epoch ms; none means the newest) and the number of candles. */
function toWindow(
  client: ExchangeClient,
  market: MarketInterface,
  query: CandleQuery,
  now: number,
): { readonly since: number | undefined; readonly limit: number } {
  const { exchange, symbol, timeframe, until, limit } = query;
  const about = { exchange, symbol, timeframe };
  const period = actualTimeframe(exchange, timeframe);
  const cap = toCap(client, market);
  if (limit > cap) {
    const message = `${exchange} gives at most ${cap} candles in one call: ask for a limit of up to ${cap} and page by since.`;
    throw new MarketDataError('BAD_USER_INPUT', message, about);
  }
  if (query.since === undefined && until === undefined) return { since: undefined, limit };
  // Without since, the last `limit` periods that begin before until; the one holding the present is the last there is.
  const newest = periodStart(period, Math.min(until ?? now, now + 1) - 1);
  const since = Math.max(0, query.since ?? periodAfter(period, newest, 1 - limit));
  if (since >= Math.min(until ?? now, now)) return { since, limit: 0 };
  const history = candleHistory(exchange);
  const oldest = history === null ? null : periodAfter(period, periodStart(period, now), 1 - history);
  if (oldest !== null && periodAfter(period, since) <= oldest) {
    const message = `${exchange} serves only its newest ${history} candles: of ${timeframe} none before ${new Date(oldest).toISOString()}.`;
    throw new MarketDataError('BAD_USER_INPUT', message, about);
  }
  if (query.since !== undefined) return { since, limit };
  // One more where there is room: an exchange whose periods start elsewhere (Kraken's weeks on Thursdays) has its
  // first one before ours.
  const widened = Math.min(limit + 1, cap);
  return { since: Math.max(0, periodAfter(period, newest, 1 - widened)), limit: widened };
}

function toCap(client: ExchangeClient, market: MarketInterface): number {
  const cap: unknown = client.ccxt.featureValue(market.symbol, 'fetchOHLCV', 'limit');
  return typeof cap === 'number' && cap > 0 ? cap : assumedCap;
}
