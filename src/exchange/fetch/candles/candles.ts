import type { MarketInterface, OHLCV } from 'ccxt';
import { MarketDataError } from '../../../market/errors.ts';
import type { Candle, CandleLimits, CandleRange, CandleSeries, CandleWindow } from '../../../market/model/candle.ts';
import { candlesTooOld } from '../../../market/model/candle-errors.ts';
import { lengthOf, periodAfter, periodStart, periodsOf } from '../../../market/timeframe.ts';
import { can } from '../../ccxt/capabilities.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { findMarket } from '../../clients/find-market.ts';
import { isRequestRefusal } from '../../learned/with-limit.ts';
import { toCandles } from '../../normalize/candles.ts';
import { actualTimeframe, candleHistory } from '../../quirks/rest-quirks.ts';
import { explainGap } from './candle-gap.ts';
import { explainRefusal, markAccepted, requireTimeframe, timeframesOf } from './candle-timeframes.ts';

/** Most exchanges return at most 1,000 candles per call; this cap is assumed if ccxt does not know it. */
const assumedCap = 1000;

/** Caps are multiples of this. */
const capStep = 100;

/**
 * What one call may ask for at `now`, epoch ms. Throws NOT_SUPPORTED, TIMEFRAME_NOT_SUPPORTED (with the timeframes
 * there are) and SYMBOL_NOT_FOUND.
 */
export async function candleLimits(client: ExchangeClient, series: CandleSeries, now: number): Promise<CandleLimits> {
  const market = await findSeries(client, series);
  return { perCall: toCap(client, market), oldest: oldestOf(series, now) };
}

/**
 * All candles of a range: in one call, or in several if the exchange returns fewer per call than expected. Throws
 * what `candleLimits` throws, BAD_USER_INPUT for a range before the start of the exchange's history, and the exchange's
 * errors.
 */
export async function fetchCandleRange(
  client: ExchangeClient,
  range: CandleRange,
  now: () => number,
): Promise<CandleWindow> {
  // The clock before the call counts: a candle that closes while the call is running may have changed after the
  // exchange answered.
  const requestedAt = now();
  const { oldest } = await candleLimits(client, range, requestedAt);
  const from = Math.max(0, range.since, oldest);
  if (from >= range.until) throw candlesTooOld(range, from);
  const all = await fetchPieces(client, { ...range, since: from }, requestedAt);
  const candles = all.filter(({ timestamp }) => timestamp >= range.since && timestamp < range.until);
  const later = all.find(({ timestamp }) => timestamp >= range.until)?.timestamp ?? null;
  // The start of the exchange's history may have moved while the call was running.
  const complete = Math.max(range.since, oldestOf(range, now()));
  const first = candles[0]?.timestamp ?? later;
  const { isLimit, emptyUntil, doubt } = await explainGap(client, { ...range, since: from }, first, requestedAt);
  const next = later ?? (emptyUntil !== null && emptyUntil > range.until ? emptyUntil : null);
  if (!isLimit) {
    return { candles, from: complete, next: candles.length > 0 ? later : next, ...(doubt ? { doubt } : {}) };
  }
  if (candles.length === 0 || first === null) throw candlesTooOld(range, first);
  return { candles, from: first, next: later };
}

/**
 * The candles of a range, and others that came with them. If an answer may have been cut at a cap, the rest is
 * requested.
 */
async function fetchPieces(client: ExchangeClient, range: CandleRange, now: number): Promise<readonly Candle[]> {
  const { symbol, timeframe, since, until } = range;
  const market = client.ccxt.market(symbol);
  const { indexOf, startOf } = periodsOf(actualTimeframe(range.exchange, timeframe));
  const found = new Map<number, Candle>();
  let piece = { since, until };
  /** How many candles the last answer had, if it may have been cut. */
  let cutAt: number | null = null;
  for (;;) {
    const limit = Math.min(toCap(client, market), countPeriods(range, piece, now));
    let rows: readonly OHLCV[];
    try {
      rows = await client.call((ccxt) => ccxt.fetchOHLCV(symbol, timeframe, piece.since, limit), { symbol, timeframe });
    } catch (error) {
      // This call was only to find out whether there are more candles: if it is refused, there are none.
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
    // Requests what is missing at either end. If there is nothing, this costs one extra call.
    if (startOf(indexOf(last) + 1) < Math.min(until, now)) piece = { since: startOf(indexOf(last) + 1), until };
    else if (first > startOf(indexOf(piece.since - 1) + 1)) piece = { since: piece.since, until: first };
    else break;
  }
  return [...found.values()].sort((a, b) => a.timestamp - b.timestamp);
}

/** True when the exchange returned fewer candles than requested, and the number may be a cap. */
function mayBeCut(rows: readonly OHLCV[], limit: number): boolean {
  return rows.length > 0 && rows.length < limit && rows.length % capStep === 0;
}

/** The exchange returns fewer candles per call than ccxt says (mexc: 500 instead of 1,000). */
function markCap(client: ExchangeClient, symbol: string, cap: number): void {
  const { type } = client.ccxt.market(symbol);
  client.candles.caps.set(type, Math.min(cap, client.candles.caps.get(type) ?? cap));
}

/** The market of a series, if the exchange offers its candles. */
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
 * The timeframes that the exchange itself offers for a market; an empty list, without a request, if it offers no
 * candles. Throws SYMBOL_NOT_FOUND, and the errors of loading the markets.
 */
export async function fetchTimeframes(client: ExchangeClient, symbol: string): Promise<readonly string[]> {
  if (!can(client.ccxt, 'CANDLES')) return [];
  return timeframesOf(client, findMarket(client, await client.markets(), symbol));
}

/** The start of the exchange's candle history, epoch ms; -Infinity if it has no known limit. */
function oldestOf({ exchange, timeframe }: CandleSeries, now: number): number {
  const history = candleHistory(exchange);
  if (history === null) return Number.NEGATIVE_INFINITY;
  const period = actualTimeframe(exchange, timeframe);
  return periodAfter(period, periodStart(period, now), 1 - history);
}

/** ccxt counts a month as 30 days and a year as 365 when it computes the end of a range. */
const monthMs = 30 * 86_400_000;

/** How many candles to request, so that the answer covers the range up to its end or `now`. */
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
  // Requests one more candle if the exchange's periods may start at other times than ours (Kraken's weeks start on
  // Thursdays), or if its clock may be ahead.
  return Math.max(1, count) + (/[dwMy]$/.test(timeframe) || until > now ? 1 : 0);
}

function toCap(client: ExchangeClient, market: MarketInterface): number {
  const cap: unknown = client.ccxt.featureValue(market.symbol, 'fetchOHLCV', 'limit');
  const known = typeof cap === 'number' && cap > 0 ? cap : assumedCap;
  return Math.min(known, client.candles.caps.get(market.type) ?? known);
}
