/** What is listened to. */
export interface TopicRequest {
  readonly exchange: string;
  readonly symbol: string;
  /** Of candles. */
  readonly timeframe?: string;
}
