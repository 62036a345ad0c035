import { MarketDataError } from '../../market/errors.ts';

/** What a subscriber receives: a value, or the error that ends the subscription. */
export interface FeedEvent<V> {
  /** Of events with the same key, a subscriber that has not taken them yet needs only the newest. */
  readonly key: string;
  readonly value: V | MarketDataError;
}

/** The value of an event; throws its error. */
export function requireValue<V>({ value }: FeedEvent<V>): V {
  if (value instanceof MarketDataError) throw value;
  return value;
}
