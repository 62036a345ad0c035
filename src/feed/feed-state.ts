import { MarketDataError } from '../market/error.ts';
import type { StreamKind } from '../market/market-streams.ts';
import type { Topic } from './topic.ts';

/** How one market's live data of one kind is, for whoever watches over the server. */
export interface FeedState {
  readonly exchange: string;
  readonly kind: StreamKind;
  /** When anything came of it last, epoch ms; while nothing has come yet, when it was opened. */
  readonly knownAt: number;
  /** True while what subscribers know is out of date, or an error. */
  readonly isStale: boolean;
}

export function toFeedState<T, V>(kind: StreamKind, topic: Topic<T, V>): FeedState {
  const { request, knownAt, latest } = topic;
  return { exchange: request.exchange, kind, knownAt, isStale: latest.some(({ value }) => isStale(value)) };
}

function isStale(value: unknown): boolean {
  if (value instanceof MarketDataError) return true;
  return typeof value === 'object' && value !== null && 'stale' in value && value.stale === true;
}
