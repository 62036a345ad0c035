import type { Exchange, OHLCV } from 'ccxt';
import { requireDistances } from '../../normalize/candle-interval.ts';
import { toCandles } from '../../normalize/candles.ts';
import { watchesCandlesJointly } from '../../quirks/batch-quirks.ts';
import { jointWatches } from './joint-watches.ts';
import type { Watch } from './watch.ts';

/** How many of the candles that ccxt keeps of a stream are checked. */
const recentCandles = 10;

export const candleWatch: Watch<'candles'> = {
  capabilities: ['STREAM_CANDLES'],
  next: async (exchange, { symbol, exchange: id, timeframe = '1m' }, now) => {
    const rows = watchesCandlesJointly(id)
      ? ((await exchange.watchOHLCVForSymbols([[symbol, timeframe]]))[symbol]?.[timeframe] ?? [])
      : await exchange.watchOHLCV(symbol, timeframe);
    const series = { exchange: id, symbol, timeframe };
    // Most messages hold one candle: the candles before it show whether they are of this timeframe.
    requireDistances(recentTimestamps(exchange, symbol, timeframe), series);
    try {
      return toCandles(rows, series, now());
    } catch (error) {
      // For later messages, ccxt would return the last row that it keeps: an invalid one, such as from the year 3000.
      exchange.ohlcvs[symbol]?.[timeframe]?.clear();
      throw error;
    }
  },
  unwatch: (exchange, request) => {
    const { symbol, exchange: id, timeframe = '1m' } = request;
    if (watchesCandlesJointly(id)) return jointWatches.candles.unwatch(exchange, [request], {});
    return exchange.has.unWatchOHLCV ? exchange.unWatchOHLCV(symbol, timeframe) : null;
  },
};

/** The timestamps of the newest candles that ccxt keeps of a stream, oldest first, epoch ms. */
function recentTimestamps({ ohlcvs }: Exchange, symbol: string, timeframe: string): readonly number[] {
  const kept: readonly OHLCV[] = ohlcvs?.[symbol]?.[timeframe] ?? [];
  const timestamps = kept.slice(-recentCandles).flatMap(([timestamp]) => (timestamp === undefined ? [] : [timestamp]));
  return [...new Set(timestamps)].sort((a, b) => a - b);
}
