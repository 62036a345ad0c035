/** How much of a market the latest value holds, for kinds of data in which one subscriber may want more than another. */
export interface Coverage<T> {
  /** True while subscribers want more than the latest value was made for: a call brings it, even if the stream works. */
  readonly isLacking: boolean;
  /** True when a fetched message holds more than the latest value, so that it is taken even if the stream works. */
  isWidenedBy(message: T): boolean;
}

/** What one subscriber wants to be covered. */
export interface Claim {
  /** True when the latest value was made for as much, at the time of the claim. */
  readonly isCovered: boolean;
  /** The subscriber has left. */
  release(): void;
}
