import type { ClusterState } from './cluster.ts';
import type { OwnerChange } from './members/owners.ts';

/** Callbacks for the log and the metrics. Every label is one of a limited number. */
export interface ClusterListeners {
  /** The reason is a plain sentence, without any address or password; null if Redis works. */
  readonly onState: (state: ClusterState, reason: string | null) => void;
  readonly onOwner: (change: OwnerChange) => void;
  /** The protocol versions of instances on the same Redis that this one cannot understand. Called when they change. */
  readonly onOtherVersions: (versions: readonly number[]) => void;
  /** A message was sent to Redis or has come from it. The kind says what it is for. */
  readonly onTraffic: (direction: TrafficDirection, kind: string, bytes: number) => void;
  /** A request to the owner of an exchange has ended. */
  readonly onRequest: (outcome: string, durationMs: number) => void;
  /** A live value of another instance has come, this long after it was sent. */
  readonly onLiveValue: (kind: string, ageMs: number) => void;
  /** Messages of another instance were missing and have been requested again. */
  readonly onRepair: (kind: string) => void;
  /** A message of another instance was not used. */
  readonly onDrop: (reason: string) => void;
  /** A value was looked up that all instances share. */
  readonly onSharedLookup: (kind: string, isHit: boolean) => void;
}

export type TrafficDirection = 'sent' | 'received';
