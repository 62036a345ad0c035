import type { MarketDataError } from '../../market/errors.ts';
import type { CallKind } from '../reconcile/reconciler.ts';
import type { TopicRequest } from '../reconcile/topic-request.ts';
import type { PollSchedule } from './poll-schedule.ts';

/** What a poll group polls: one kind of data of one market. `T` is the message that a call brings. */
export interface Polled<T> {
  readonly request: TopicRequest;
  readonly hasSubscribers: boolean;
  /** When data arrived last, epoch ms. */
  readonly knownAt: number;
  readonly schedule: PollSchedule;
  /** `askedAt` is when the call was made, epoch ms. */
  takeFetched(message: T, kind: CallKind, askedAt: number): void;
  failFetch(error: MarketDataError): void;
}

/** Passes on the message that a call brought for one polled topic, or the error that it failed with. */
export type OnOutcome<P extends Polled<T>, T> = (polled: P, outcome: T | MarketDataError) => void;
