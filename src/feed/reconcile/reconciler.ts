import type { MarketDataError } from '../../market/errors.ts';
import type { FeedEvent } from './feed-event.ts';

/** How a message got here. */
export type Origin = 'fetch' | 'poll' | 'stream';

/** What a message amounts to. */
export interface Reconciled<V> {
  /** What subscribers are to be told of it, in order. */
  readonly events: readonly FeedEvent<V>[];
  /** True when it shows that the market has moved, beyond what is known so far. */
  readonly moved: boolean;
}

/**
 * What is known of one market's live data of one kind: turns messages, in whatever order and however often they come,
 * into events that each bring news. `T` is a message, `V` what an event holds.
 */
export interface Reconciler<T, V> {
  /** `asOf` is the time up to which the message tells all, epoch ms: for a call, when it was asked. */
  take(message: T, origin: Origin, asOf: number): Reconciled<V>;
  /** Neither stream nor poll works: gives the last known value once more, marked stale, where there is one. */
  fail(error: MarketDataError): readonly FeedEvent<V>[];
  /** Why nothing comes at the moment; null while stream or poll work. */
  readonly error: MarketDataError | null;
  /** True while a new subscriber receives something at once, or as soon as there is something. */
  readonly isServing: boolean;
  /** The stream was interrupted: what came meanwhile is missing. */
  interrupt(): void;
  /**
   * No fetch will ever bring what is missing: goes on with what the stream brings, or what is new by then, for new
   * subscribers. Those who would miss something get an error, which ends them.
   */
  giveUp(): readonly FeedEvent<V>[];
  /** True while something is missing that a fetch would bring. */
  readonly isBehind: boolean;
  /** Since when the stream's messages wait for what is missing before them, epoch ms; null while none does. */
  readonly waitingSince: number | null;
  /** When a fetch is wanted although nothing is missing so far, epoch ms; null for never. */
  readonly dueAt: number | null;
  /** The time of the oldest that a fetch must bring to miss nothing, epoch ms; null where that is no question. */
  readonly since: number | null;
  /** What a new subscriber receives at once: values only. */
  readonly latest: readonly FeedEvent<V>[];
}
