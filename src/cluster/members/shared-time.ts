/**
 * The clock of Redis, which all instances share. The clocks of instances differ, so each time in a message is one of
 * Redis.
 */
export interface SharedTime {
  /** Converts a time of this instance's clock, epoch ms. */
  toShared(local: number): number;
  /** Converts a time of Redis, epoch ms. The result is never later than now if the time has passed. */
  toLocal(shared: number): number;
}
