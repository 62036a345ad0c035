/** The right of an instance to call an exchange, until it runs out. */
export interface Lease {
  readonly exchange: string;
  readonly instance: string;
  /** Higher than those of all leases of this exchange before. */
  readonly fence: number;
}

export type SeenOwner = Pick<Lease, 'instance' | 'fence'>;

export interface RunningLease extends Lease {
  /** The time left. */
  readonly remainingMs: number;
  /** True if the owner before has handed the exchange over. */
  readonly isHandover: boolean;
}

export interface LiveInstance {
  readonly name: string;
  /** How long it has been known, ms. */
  readonly ageMs: number;
  /** The time since it was last heard, ms. */
  readonly silenceMs: number;
  /** The exchanges that it may call; null for all. */
  readonly exchanges: readonly string[] | null;
  /** True if it hands its exchanges over and takes no more. */
  readonly isLeaving: boolean;
}

/** An exchange that an instance has, or wants to have if it is free. */
export interface HeldExchange {
  readonly exchange: string;
  /** The fencing number of its lease; null if it has none, but calls the exchange and wants one. */
  readonly fence: number | null;
}

export interface BeatRequest {
  readonly isLeaving: boolean;
  readonly held: readonly HeldExchange[];
  /** The highest fencing number seen of each wanted exchange. */
  readonly seen: (exchange: string) => number;
}

export interface BeatReply {
  /** The clock of Redis, epoch ms. */
  readonly now: number;
  readonly instances: readonly LiveInstance[];
  readonly leases: readonly RunningLease[];
  /** The protocol versions of all instances that use this Redis with the same prefix. */
  readonly versions: readonly number[];
}

/**
 * The leases, in Redis. Each method is one step there. Its clock decides when a lease has run out, and it announces each
 * change to all instances in the same step. All methods reject with RedisUnavailable.
 */
export interface LeaseStore {
  /**
   * Says that this instance lives, renews its leases and grants those that it wants and that are free. A lease that is
   * missing, because Redis has lost its data, is written anew.
   */
  beat(request: BeatRequest): Promise<BeatReply>;
  /**
   * The running lease; without one, the candidate gets it if it is live and not leaving. Otherwise null. If the lease is
   * older than the last owner that was seen, it gets a new number.
   */
  claim(exchange: string, candidate: string, seen: SeenOwner | null): Promise<RunningLease | null>;
  /** The lease of the other instance. Null if this one does not have the lease, or the other cannot take it. */
  transfer(lease: Lease, to: string): Promise<RunningLease | null>;
  /** Ends a lease, if it still is the one of the exchange. */
  release(lease: Lease): Promise<void>;
  /** Ends this instance and all its leases. */
  leave(): Promise<void>;
}
