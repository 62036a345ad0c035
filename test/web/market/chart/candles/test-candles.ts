import type { Candle } from '../../../../../web/src/market/chart/candles/candle.ts';

export const minuteMs = 60_000;

/** A candle that begins in that minute of 2026. */
export function candleAt(minute: number, close = 100): Candle {
  return { timestamp: Date.UTC(2026, 0) + minute * minuteMs, open: 100, high: 110, low: 90, close, volume: 5 };
}
