import type { Refusal } from './messages.ts';

/**
 * How a request to an owner ended: with an answer; with an error of the exchange; because no owner could be reached in
 * time, or the one that was asked did not reply in time; or because too many requests were waiting.
 */
export type RequestOutcome = 'answered' | 'failed' | 'unreachable' | 'timeout' | 'overloaded';

/** Why an attempt of a request was repeated. */
export type RetryReason = 'not_owner' | 'unreachable' | 'moved' | 'lost';

/** What became of a request of another instance. */
export type ServedOutcome = 'answered' | 'failed' | 'not_owner' | 'overloaded';

/** Callbacks for metrics and the log. */
export interface RequestEvents {
  readonly onRequest: (method: string, outcome: RequestOutcome, durationMs: number) => void;
  readonly onRetry: (reason: RetryReason) => void;
  /** A request of another instance was served, or refused. */
  readonly onServed: (
    method: string,
    outcome: 'answered' | 'failed' | 'not_owner' | 'overloaded',
    durationMs: number,
  ) => void;
  /** A message of another instance could not be read. */
  readonly onRefused: (reason: Refusal) => void;
  /** A value was looked for in Redis, or written there. */
  readonly onShared: (event: 'hit' | 'miss' | 'read_failed' | 'written' | 'write_failed') => void;
  /** An error that is a bug of this server. */
  readonly onError: (error: unknown) => void;
}
