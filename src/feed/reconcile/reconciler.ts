import type { MarketDataError } from '../../market/errors.ts';
import type { Coverage } from './coverage.ts';
import type { FeedEvent } from './feed-event.ts';

/** Why a call is made: a `fetch` serves a new subscriber, a `poll` keeps all subscribers up to date. */
export type CallKind = 'fetch' | 'poll';

/** How a message arrived: from the stream, or with a call. */
export type MessageSource = CallKind | 'stream';

export interface ReconcileResult<V> {
  /** What subscribers receive because of the message, in order. */
  readonly events: readonly FeedEvent<V>[];
  /** True if the message shows that the market has moved since the message before it. */
  readonly marketMoved: boolean;
}

/**
 * Turns the messages of one market and one kind of data into events for subscribers. `T` is a message, `V` an event's
 * value.
 *
 * The stream and the calls of an exchange describe the same market, but not at the same moment. Answers to calls are
 * some seconds old, streams repeat messages after a reconnection, and messages of an interrupted stream are lost until
 * a call brings them. If messages were passed on as they arrive, prices would jump back, candles would close twice, and
 * trades would be lost or repeated. A reconciler remembers what it has passed on. So each event changes something, and
 * events are in the right order, however late and however often the messages arrive.
 *
 * A reconciler is in one of three states:
 * - up to date: messages become events.
 * - with a gap (`hasGap`): something is missing that only a call can bring. Messages of the stream wait until `take`
 *   has closed the gap, or `giveUp` ends the subscribers that would miss something.
 * - failing (`error`): neither stream nor calls work, and the last value is marked stale.
 */
export interface Reconciler<T, V> {
  /** `asOf` is the time up to which the message is complete, epoch ms: for a call, when it was made. */
  take(message: T, source: MessageSource, asOf: number): ReconcileResult<V>;
  /**
   * Called when neither stream nor polls work. Returns the last known value once more, marked stale, if there is one.
   */
  fail(error: MarketDataError): readonly FeedEvent<V>[];
  /** Why no data arrives at the moment; null while stream or polls work. */
  readonly error: MarketDataError | null;
  /** True if a new subscriber receives something at once, or as soon as the market moves. */
  readonly isReady: boolean;
  /**
   * Called when the stream is open, although it may have sent nothing. Only for data that nothing but a stream brings,
   * which is ready from then on.
   */
  open?(): void;
  /** Called when the stream was interrupted: messages of the meantime are missing. */
  interrupt(): void;
  /**
   * Called when no call will bring what is missing. Continues with the stream for new subscribers. Subscribers that
   * would miss something receive an error, which ends them.
   */
  giveUp(): readonly FeedEvent<V>[];
  /** True while something is missing that a call would bring. */
  readonly hasGap: boolean;
  /** Since when messages of the stream wait for a gap to close, epoch ms; null while none waits. */
  readonly waitingSince: number | null;
  /** When a call will be needed although nothing is missing yet, epoch ms; null for never. */
  readonly dueAt: number | null;
  /** The time from which a call must fetch so that nothing is missed, epoch ms; null if any time will do. */
  readonly since: number | null;
  /** What a new subscriber receives at once: values only. */
  readonly latest: readonly FeedEvent<V>[];
  /** Only for kinds of data of which one subscriber can want more than another. */
  readonly coverage?: Coverage<T>;
}
