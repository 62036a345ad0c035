import type { CandleSeries } from './candle.ts';
import { MarketDataError } from './error.ts';

/** BAD_USER_INPUT for candles from before those that the exchange serves; `oldest` (epoch ms) is the first of these. */
export function candlesTooOld(series: CandleSeries, oldest: number): MarketDataError {
  const { exchange, symbol, timeframe } = series;
  const message = `${exchange} serves only its newest candles: of ${timeframe} none before ${new Date(oldest).toISOString()}.`;
  return new MarketDataError('BAD_USER_INPUT', message, { exchange, symbol, timeframe });
}
