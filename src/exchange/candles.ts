import type { MarketInterface } from 'ccxt';
import type { CandleLimits, CandleRange, CandleSeries, CandleWindow } from '../market/candle.ts';
import { candlesTooOld } from '../market/candle-history.ts';
import { MarketDataError } from '../market/error.ts';
import { periodAfter, periodStart, periodsOf } from '../market/timeframe.ts';
import { can } from './capabilities.ts';
import type { ExchangeClient } from './client.ts';
import { isHistoryLimit } from './history-limit.ts';
import { toCandles } from './normalize.ts';
import { actualTimeframe, candleHistory } from './rules.ts';
import { findMarket } from './symbols.ts';

/** Most exchanges cap a call at 1,000 candles or fewer; where ccxt does not know the cap, this one is assumed. */
const assumedCap = 1000;

/**
 * What one call may ask for at `now`, epoch ms.
 * Throws NOT_SUPPORTED, TIMEFRAME_NOT_SUPPORTED (with the timeframes there are) and SYMBOL_NOT_FOUND.
 */
export async function candleLimits(client: ExchangeClient, series: CandleSeries, now: number): Promise<CandleLimits> {
  requireTimeframe(client, series);
  const market = findMarket(client, await client.markets(), series.symbol);
  return { perCall: toCap(client, market), oldest: oldestOf(series, now) };
}

/**
 * All candles of a range, in one call. Throws what `candleLimits` does, BAD_USER_INPUT for a range older than the
 * exchange serves, and what the exchange does.
 */
export async function fetchCandleRange(
  client: ExchangeClient,
  range: CandleRange,
  now: () => number,
): Promise<CandleWindow> {
  const { symbol, timeframe, since, until } = range;
  const { perCall, oldest } = await candleLimits(client, range, now());
  const from = Math.max(0, since, oldest);
  if (from >= until) throw candlesTooOld(range, from);
  const limit = Math.min(perCall, countPeriods(range, from, now()));
  const rows = await client.call((ccxt) => ccxt.fetchOHLCV(symbol, timeframe, from, limit), { symbol, timeframe });
  // By the clock after the call, which may have waited long: a candle that was forming before may have closed, and the
  // oldest that the exchange serves may have gone.
  const all = toCandles(rows, range, now());
  const complete = Math.max(since, oldestOf(range, now()));
  const candles = all.filter(({ timestamp }) => timestamp >= since && timestamp < until);
  const next = all.find(({ timestamp }) => timestamp >= until)?.timestamp ?? null;
  if (candles.length > 0 || next === null) return { candles, from: complete, next };
  if (await isHistoryLimit(client, range, next)) throw candlesTooOld(range, next);
  return { candles, from: complete, next };
}

function requireTimeframe(client: ExchangeClient, { exchange, symbol, timeframe }: CandleSeries): void {
  const about = { exchange, symbol, timeframe };
  if (!can(client.ccxt, 'CANDLES')) throw new MarketDataError('NOT_SUPPORTED', `${exchange} offers no candles.`, about);
  const { timeframes } = client.info;
  if (timeframes.includes(timeframe)) return;
  const message = `${exchange} has no candles of ${timeframe}, nor shorter ones to build them from; it has ${timeframes.join(', ')}.`;
  throw new MarketDataError('TIMEFRAME_NOT_SUPPORTED', message, { ...about, suggestions: timeframes });
}

function oldestOf({ exchange, timeframe }: CandleSeries, now: number): number {
  const history = candleHistory(exchange);
  if (history === null) return Number.NEGATIVE_INFINITY;
  const period = actualTimeframe(exchange, timeframe);
  return periodAfter(period, periodStart(period, now), 1 - history);
}

/** How many candles to ask for, so that the answer reaches from the instant to the end of the range, or to `now`. */
function countPeriods({ exchange, timeframe, until }: CandleRange, since: number, now: number): number {
  const { indexOf } = periodsOf(actualTimeframe(exchange, timeframe));
  const count = Math.max(1, indexOf(Math.min(until - 1, now)) - indexOf(since) + 1);
  // One more where the exchange's periods may start elsewhere than ours (Kraken's weeks on Thursdays), and where its
  // clock may be ahead.
  return /[dwMy]$/.test(timeframe) || until > now ? count + 1 : count;
}

function toCap(client: ExchangeClient, market: MarketInterface): number {
  const cap: unknown = client.ccxt.featureValue(market.symbol, 'fetchOHLCV', 'limit');
  return typeof cap === 'number' && cap > 0 ? cap : assumedCap;
}
