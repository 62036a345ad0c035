/**
 * How much of a market the latest value holds, for kinds of data of which one subscriber can want more than another.
 */
export interface Coverage<T> {
  /**
   * True while subscribers want more than the latest value was made for. A call brings the rest, even if the stream
   * works.
   */
  readonly isLacking: boolean;
  /** True if a fetched message holds more than the latest value, so that it is used even if the stream works. */
  isWidenedBy(message: T): boolean;
}

/** How much of a market one subscriber wants. */
export interface Claim {
  /** True if, at the time of the claim, the latest value held that much. */
  readonly isCovered: boolean;
  /** Called when the subscriber has left. */
  release(): void;
}
