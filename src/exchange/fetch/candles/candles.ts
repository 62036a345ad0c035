import type { MarketInterface, OHLCV } from 'ccxt';
import { MarketDataError } from '../../../market/errors.ts';
import type { Candle, CandleLimits, CandleRange, CandleSeries, CandleWindow } from '../../../market/model/candle.ts';
import { candlesTooOld } from '../../../market/model/candle-errors.ts';
import { lengthOf, periodAfter, periodStart, periodsOf } from '../../../market/timeframe.ts';
import { can } from '../../ccxt/capabilities.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { findMarket } from '../../clients/find-market.ts';
import { isRequestRefusal } from '../../learned/limits.ts';
import { toCandles } from '../../normalize/ticker.ts';
import { actualTimeframe, candleHistory } from '../../quirks/rest-quirks.ts';
import { explainGap } from './candle-gap.ts';
import { explainRefusal, markAccepted, requireTimeframe, timeframesOf } from './candle-timeframes.ts';

/** Most exchanges cap a call at 1,000 candles or fewer; where ccxt does not know the cap, this one is assumed. */
const assumedCap = 1000;

/** Caps are multiples of this. */
const capStep = 100;

/**
 * What one call may ask for at `now`, epoch ms.
 * Throws NOT_SUPPORTED, TIMEFRAME_NOT_SUPPORTED (with the timeframes there are) and SYMBOL_NOT_FOUND.
 */
export async function candleLimits(client: ExchangeClient, series: CandleSeries, now: number): Promise<CandleLimits> {
  const market = await findSeries(client, series);
  return { perCall: toCap(client, market), oldest: oldestOf(series, now) };
}

/**
 * All candles of a range, in one call, or some more where the exchange gives fewer at a time than is known. Throws what
 * `candleLimits` does, BAD_USER_INPUT for a range older than the exchange serves, and what the exchange does.
 */
export async function fetchCandleRange(
  client: ExchangeClient,
  range: CandleRange,
  now: () => number,
): Promise<CandleWindow> {
  // By the clock before the call: what has closed by the time of its answer may have changed since the exchange made it.
  const askedAt = now();
  const { oldest } = await candleLimits(client, range, askedAt);
  const from = Math.max(0, range.since, oldest);
  if (from >= range.until) throw candlesTooOld(range, from);
  const all = await fetchPieces(client, { ...range, since: from }, askedAt);
  const candles = all.filter(({ timestamp }) => timestamp >= range.since && timestamp < range.until);
  const later = all.find(({ timestamp }) => timestamp >= range.until)?.timestamp ?? null;
  // The oldest that the exchange serves may have gone while the call was under way.
  const complete = Math.max(range.since, oldestOf(range, now()));
  const first = candles[0]?.timestamp ?? later;
  const { isLimit, emptyUntil, doubt } = await explainGap(client, { ...range, since: from }, first, askedAt);
  const next = later ?? (emptyUntil !== null && emptyUntil > range.until ? emptyUntil : null);
  if (!isLimit) {
    return { candles, from: complete, next: candles.length > 0 ? later : next, ...(doubt ? { doubt } : {}) };
  }
  if (candles.length === 0 || first === null) throw candlesTooOld(range, first);
  return { candles, from: first, next: later };
}

/** The candles of a range, and what came with them. An answer that may have been cut at a cap is asked for its rest. */
async function fetchPieces(client: ExchangeClient, range: CandleRange, now: number): Promise<readonly Candle[]> {
  const { symbol, timeframe, since, until } = range;
  const market = client.ccxt.market(symbol);
  const { indexOf, startOf } = periodsOf(actualTimeframe(range.exchange, timeframe));
  const found = new Map<number, Candle>();
  let piece = { since, until };
  /** How many came the last time, where that may have been cut. */
  let cutAt: number | null = null;
  for (;;) {
    const limit = Math.min(toCap(client, market), countPeriods(range, piece, now));
    let rows: readonly OHLCV[];
    try {
      rows = await client.call((ccxt) => ccxt.fetchOHLCV(symbol, timeframe, piece.since, limit), { symbol, timeframe });
    } catch (error) {
      // It was only to be seen whether there is more: refused, there is not.
      if (found.size > 0 && isRequestRefusal(error)) break;
      throw await explainRefusal(client, market, range, error, now);
    }
    if (rows.length > 0) markAccepted(client, market, timeframe);
    const candles = toCandles(rows, range, now);
    const hasNew = candles.some(({ timestamp }) => !found.has(timestamp) && timestamp >= since && timestamp < until);
    if (cutAt !== null && hasNew) markCap(client, symbol, cutAt);
    for (const candle of candles) found.set(candle.timestamp, candle);
    const timestamps = candles.map(({ timestamp }) => timestamp).filter((timestamp) => timestamp >= since);
    const [first = 0, last = 0] = [timestamps[0], timestamps.at(-1)];
    if (!hasNew || !mayBeCut(rows, limit)) break;
    cutAt = rows.length;
    // What is missing at either end; there may be nothing, which is one call more.
    if (startOf(indexOf(last) + 1) < Math.min(until, now)) piece = { since: startOf(indexOf(last) + 1), until };
    else if (first > startOf(indexOf(piece.since - 1) + 1)) piece = { since: piece.since, until: first };
    else break;
  }
  return [...found.values()].sort((a, b) => a.timestamp - b.timestamp);
}

/** True when the exchange gave fewer than it was asked for, and as many as a cap may be. */
function mayBeCut(rows: readonly OHLCV[], limit: number): boolean {
  return rows.length > 0 && rows.length < limit && rows.length % capStep === 0;
}

/** Notes that an exchange gives fewer candles in a call than ccxt says (mexc: 500 of 1,000). */
function markCap(client: ExchangeClient, symbol: string, cap: number): void {
  const { type } = client.ccxt.market(symbol);
  client.candles.caps.set(type, Math.min(cap, client.candles.caps.get(type) ?? cap));
}

/** The market of a series, where the exchange gives its candles. */
async function findSeries(client: ExchangeClient, series: CandleSeries): Promise<MarketInterface> {
  const { exchange, symbol, timeframe } = series;
  if (!can(client.ccxt, 'CANDLES')) {
    const about = { exchange, symbol, timeframe };
    throw new MarketDataError('NOT_SUPPORTED', `${exchange} offers no candles.`, about);
  }
  const market = findMarket(client, await client.markets(), symbol);
  requireTimeframe(client, market, series);
  return market;
}

/**
 * The timeframes that the exchange gives of a market by itself; none, and without a request, where it offers no candles.
 * Throws SYMBOL_NOT_FOUND, and what loading the markets does.
 */
export async function fetchTimeframes(client: ExchangeClient, symbol: string): Promise<readonly string[]> {
  if (!can(client.ccxt, 'CANDLES')) return [];
  return timeframesOf(client, findMarket(client, await client.markets(), symbol));
}

/** The first instant from which it serves candles, epoch ms; -Infinity where no limit is known. */
function oldestOf({ exchange, timeframe }: CandleSeries, now: number): number {
  const history = candleHistory(exchange);
  if (history === null) return Number.NEGATIVE_INFINITY;
  const period = actualTimeframe(exchange, timeframe);
  return periodAfter(period, periodStart(period, now), 1 - history);
}

/** ccxt takes a month for 30 days and a year for 365, where it has to say when a range ends. */
const monthMs = 30 * 86_400_000;

/** How many candles to ask for, so that the answer reaches from one instant to the other, or to `now`. */
function countPeriods(
  { exchange, timeframe }: CandleSeries,
  { since, until }: { readonly since: number; readonly until: number },
  now: number,
): number {
  const period = actualTimeframe(exchange, timeframe);
  const { indexOf } = periodsOf(period);
  const end = Math.min(until - 1, now);
  const length = lengthOf(period);
  const count =
    'ms' in length ? indexOf(end) - indexOf(since) + 1 : Math.ceil((end - since) / (length.months * monthMs)) + 1;
  // One more where the exchange's periods may start elsewhere than ours (Kraken's weeks on Thursdays), and where its
  // clock may be ahead.
  return Math.max(1, count) + (/[dwMy]$/.test(timeframe) || until > now ? 1 : 0);
}

function toCap(client: ExchangeClient, market: MarketInterface): number {
  const cap: unknown = client.ccxt.featureValue(market.symbol, 'fetchOHLCV', 'limit');
  const known = typeof cap === 'number' && cap > 0 ? cap : assumedCap;
  return Math.min(known, client.candles.caps.get(market.type) ?? known);
}
