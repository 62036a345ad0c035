import type { ClusterState } from './members/cluster-status.ts';
import type { OwnerChange } from './members/owners.ts';

/** Callbacks for the log and the metrics. Every label is one of a limited number. */
export interface ClusterListeners {
  /** The reason is a plain sentence, without any address or password; null if Redis works. */
  readonly onState: (state: ClusterState, reason: string | null) => void;
  readonly onOwner: (change: OwnerChange) => void;
  /** The protocol versions of instances on the same Redis that this one cannot understand. Called when they change. */
  readonly onOtherVersions: (versions: readonly number[]) => void;
  /** Redis works, but has refused a command: the reason is a plain sentence, without any address or password. */
  readonly onRefused: (reason: string) => void;
  /** Bytes went to Redis or came from it. The kind says what for. */
  readonly onTraffic: (direction: TrafficDirection, kind: string, bytes: number) => void;
  /** A request of this instance to the owner of an exchange has ended. */
  readonly onRequest: (method: string, outcome: string, durationMs: number) => void;
  /** A request of this instance had to be sent again. */
  readonly onRetry: (reason: string) => void;
  /** This instance has answered a request of another one, or refused it. */
  readonly onServed: (method: string, outcome: string) => void;
  /** A live value of another instance has come, this long after it was sent. */
  readonly onLiveValue: (kind: string, ageMs: number) => void;
  /** Messages of another instance are missing: calls must bring what they contained. */
  readonly onRepair: (kind: string) => void;
  /** A message of another instance was not used. */
  readonly onDrop: (reason: string) => void;
  /** A value that all instances share was looked up or written. */
  readonly onShared: (kind: SharedKind, event: string) => void;
  /** An error that is a bug of this server. */
  readonly onError: (error: unknown) => void;
}

export type TrafficDirection = 'sent' | 'received';

export type SharedKind = 'answers' | 'candle_pages';
