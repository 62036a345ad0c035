import type { Subscription } from './subscription.ts';

/** Subscriptions that were requested with one message. */
export class Batch {
  readonly members: readonly Subscription[];
  /** The refused batch of which this is a part; null if it is the first attempt. */
  readonly parent: Batch | null;
  /** True once one of its members received a message. */
  hasDelivered = false;
  /** How many of its members the exchange refused, or ignored. */
  refused = 0;
  /** How many of these were then accepted in smaller batches, or alone. */
  accepted = 0;
  /** Later messages do not count as accepted, epoch ms: a market of which nothing came may have been idle. */
  countsUntil = Number.POSITIVE_INFINITY;

  constructor(members: readonly Subscription[], parent: Batch | null) {
    this.members = members;
    this.parent = parent;
  }

  get size(): number {
    return this.members.length;
  }
}
