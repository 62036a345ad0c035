/** Open, high, low, close and volume of one period. Prices in quote currency. */
export interface Candle {
  /** Start of the period, epoch ms. */
  readonly timestamp: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Base amount traded (contracts on some derivatives exchanges). */
  readonly volume: number;
  /** False while the period runs: its values still change. */
  readonly closed: boolean;
}

/** Which candles: `limit` of them from `since` on, or the newest `limit` before `until` (or now). */
export interface CandleQuery {
  readonly exchange: string;
  readonly symbol: string;
  readonly timeframe: string;
  /** Inclusive, epoch ms. */
  readonly since?: number;
  /** Exclusive, epoch ms. */
  readonly until?: number;
  readonly limit: number;
}
