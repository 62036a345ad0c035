import { MarketDataError } from '../../market/errors.ts';

/** What a subscriber receives: a value, or the error that ends the subscription. */
export interface FeedEvent<V> {
  /** A newer event replaces an older one with the same key that a subscriber has not taken yet. */
  readonly key: string;
  readonly value: V | MarketDataError;
}

/** Returns the value of an event, or throws its error. */
export function requireValue<V>({ value }: FeedEvent<V>): V {
  if (value instanceof MarketDataError) throw value;
  return value;
}
