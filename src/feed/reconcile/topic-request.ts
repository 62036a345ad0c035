/** What a subscriber listens to: one market, whose kind of data follows from whom it asks. */
export interface TopicRequest {
  readonly exchange: string;
  readonly symbol: string;
  /** Of candles. */
  readonly timeframe?: string;
}
