import { MarketDataError } from '../../market/errors.ts';

/** What a subscriber receives: a value, or the error that ends the subscription. */
export interface FeedEvent<V> {
  /** Of the events with the same key only the newest matters to who has not taken them yet. */
  readonly key: string;
  readonly value: V | MarketDataError;
}

/** The value of an event; throws its error. */
export function requireValue<V>({ value }: FeedEvent<V>): V {
  if (value instanceof MarketDataError) throw value;
  return value;
}
