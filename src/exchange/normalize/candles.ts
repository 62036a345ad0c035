import type { OHLCV } from 'ccxt';
import { MarketDataError } from '../../market/errors.ts';
import type { Candle, CandleSeries } from '../../market/model/candle.ts';
import { periodAfter } from '../../market/timeframe.ts';
import { actualTimeframe } from '../quirks/rest-quirks.ts';
import { requireInterval } from './candle-interval.ts';
import { firstBlockAt, mayBeNegative, toNumber } from './numbers.ts';

/** How far the exchange's clock may be ahead of ours for its newest candle to be valid, in ms. */
const clockToleranceMs = 60_000;

/**
 * Converts ccxt's rows to candles: oldest first, each timestamp once (the last row counts). `now` (epoch ms) decides
 * which are closed. Throws BAD_EXCHANGE_RESPONSE for a row with a missing or impossible number, because leaving the row
 * out would look like a gap, and for rows of another timeframe.
 */
export function toCandles(rows: readonly OHLCV[], series: CandleSeries, now: number): readonly Candle[] {
  const { exchange, symbol, timeframe } = series;
  const period = actualTimeframe(exchange, timeframe);
  const allowsNegative = mayBeNegative(symbol);
  // Some exchanges label a candle with its end.
  const latest = periodAfter(period, now) + clockToleranceMs;
  const byTimestamp = new Map<number, Candle>();
  for (const row of rows) {
    const [timestamp, open, high, low, close, volume] = Array.isArray(row) ? row.map(toNumber) : [];
    if (
      !(isNumber(timestamp) && isNumber(open) && isNumber(high) && isNumber(low) && isNumber(close) && isNumber(volume))
    ) {
      throw unreadable(series, 'with a missing number');
    }
    if (timestamp > latest) throw unreadable(series, "that begins in the future by this server's clock");
    const end = periodAfter(period, timestamp);
    if (!(end > firstBlockAt)) throw unreadable(series, 'from before cryptocurrencies existed');
    if (volume < 0 || (!allowsNegative && Math.min(open, high, low, close) < 0)) {
      throw unreadable(series, 'with a negative number');
    }
    // An open or close outside of high and low is common: some exchanges take the open from the candle before.
    if (high < low) throw unreadable(series, 'whose high is below its low');
    byTimestamp.set(timestamp, Object.freeze({ timestamp, open, high, low, close, volume, closed: end <= now }));
  }
  const candles = [...byTimestamp.values()].sort((a, b) => a.timestamp - b.timestamp);
  requireInterval(candles, series);
  return candles;
}

function unreadable({ exchange, symbol, timeframe }: CandleSeries, how: string): MarketDataError {
  const message = `${exchange} sent a candle for ${symbol} ${timeframe} ${how}.`;
  return new MarketDataError('BAD_EXCHANGE_RESPONSE', message, { exchange, symbol, timeframe });
}

function isNumber(value: number | null | undefined): value is number {
  return typeof value === 'number';
}
