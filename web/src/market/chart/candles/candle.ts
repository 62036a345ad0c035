import type { OhlcvQuery } from './candles.graphql.ts';

/** One period: its start in epoch ms, its prices, and what was traded. */
export interface Candle {
  readonly timestamp: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** Names the candles of one market. */
export interface CandleSeries {
  readonly exchange: string;
  readonly symbol: string;
  readonly timeframe: string;
}

type Row = NonNullable<OhlcvQuery['ohlcv']>[number];

export function toCandle([timestamp, open, high, low, close, volume]: Row): Candle {
  return { timestamp, open, high, low, close, volume };
}
