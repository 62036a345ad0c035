/** What a subscriber listens to: one market. The receiver of the request determines the kind of data. */
export interface TopicRequest {
  readonly exchange: string;
  readonly symbol: string;
  /** Only for candles. */
  readonly timeframe?: string;
}
