import type { MarketDataError } from '../../market/errors.ts';
import type { Coverage } from './coverage.ts';
import type { FeedEvent } from './feed-event.ts';

/** Why a call is made: a `fetch` serves a new subscriber, a `poll` keeps all subscribers up to date. */
export type CallKind = 'fetch' | 'poll';

/** How a message arrived. */
export type MessageSource = CallKind | 'stream';

export interface ReconcileResult<V> {
  /** What subscribers receive because of the message, in order. */
  readonly events: readonly FeedEvent<V>[];
  /** True when the message shows that the market has moved since the messages before it. */
  readonly marketMoved: boolean;
}

/**
 * Turns the messages of one market and one kind of data into events for subscribers. `T` is a message, `V` an event's value.
 *
 * The stream and the calls of an exchange describe the same market, but not in step: calls answer with what was true some
 * seconds ago, streams repeat themselves after a reconnection, and whatever happened while a stream was interrupted is
 * lost until a call brings it. Passed on as they come, messages would make prices jump back, close candles twice and lose
 * or repeat trades. A reconciler remembers what it has passed on, so that each event changes something and the order is
 * right however late and however often the messages come.
 *
 * It is in one of three states. Up to date: messages become events. With a gap (`hasGap`): something is missing that only
 * a call can bring, and messages of the stream wait for it, until `take` has closed the gap or `giveUp` ends the
 * subscribers that would miss something. Failing (`error`): neither stream nor calls work, and the last value is marked stale.
 */
export interface Reconciler<T, V> {
  /** `asOf` is the time up to which the message is complete, epoch ms: for a call, when it was made. */
  take(message: T, source: MessageSource, asOf: number): ReconcileResult<V>;
  /** Neither stream nor polls work: returns the last known value once more, marked stale, where there is one. */
  fail(error: MarketDataError): readonly FeedEvent<V>[];
  /** Why nothing comes at the moment; null while stream or polls work. */
  readonly error: MarketDataError | null;
  /** True when a new subscriber receives something at once, or as soon as the market moves. */
  readonly isReady: boolean;
  /** The stream was interrupted: whatever the exchange sent meanwhile is missing. */
  interrupt(): void;
  /**
   * No call will ever bring what is missing: continues with what the stream brings, for new subscribers. Those
   * that would miss something receive an error, which ends them.
   */
  giveUp(): readonly FeedEvent<V>[];
  /** True while something is missing that a call would bring. */
  readonly hasGap: boolean;
  /** Since when messages of the stream wait for the gap before them to be closed, epoch ms; null while none waits. */
  readonly waitingSince: number | null;
  /** When a call is needed although nothing is missing so far, epoch ms; null for never. */
  readonly dueAt: number | null;
  /** Where a call must begin so that nothing is missed, epoch ms; null where it may begin anywhere. */
  readonly since: number | null;
  /** What a new subscriber receives at once: values only. */
  readonly latest: readonly FeedEvent<V>[];
  /** Only where one subscriber may want more of the market than another. */
  readonly coverage?: Coverage<T>;
}
