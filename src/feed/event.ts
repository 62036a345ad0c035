import { MarketDataError } from '../market/error.ts';

/** What a subscriber is told: a value, or why there is none at the moment. */
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
