import type { Clock } from '../base/clock.ts';
import type { Cluster } from './cluster.ts';
import type { ClusterListeners } from './cluster-listeners.ts';

export interface ClusterOptions {
  /** Can contain a password. */
  readonly redisUrl: string;
  /** The beginning of all keys and channels. */
  readonly keyPrefix: string;
  /** How long it may take until another instance owns the exchanges of one that has died, in ms. */
  readonly takeoverMs: number;
  /** The exchanges that this instance may call; null for all. */
  readonly exchanges: readonly string[] | null;
  /** How long a request to the owner of an exchange may take, in ms: at least as long as the owner works on any. */
  readonly requestTimeoutMs: number;
  /** How long a query waits until an instance owns the exchange, in ms. */
  readonly ownerTimeoutMs: number;
  /** After this time without a message, feeds take a stream for broken, in ms. */
  readonly silenceMs: number;
  readonly clock: Clock;
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
  readonly listeners: ClusterListeners;
}

/** Connects this instance to the others. Does not contact Redis before the cluster starts. */
export type OpenCluster = (options: ClusterOptions) => Cluster;
