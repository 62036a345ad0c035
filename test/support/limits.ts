import { Allowance } from '../../src/server/access/allowance.ts';
import { SubscriptionMemory } from '../../src/server/access/subscription-memory.ts';
import type { SocketLimits } from '../../src/server/websocket/subscription-server.ts';

/** As many as there may be, together and of one address, this machine too. */
export function allow(most: number, maxPerAddress = most): Allowance {
  return new Allowance({ most, maxPerAddress, limitsLoopback: true });
}

export interface Limits extends SocketLimits {
  /** Operations of all protocols. */
  readonly operations: Allowance;
}

/** Limits that a test does not reach; `given` changes what it is about. */
export function createLimits(given: Partial<Limits> = {}): Limits {
  return {
    sockets: allow(10_000),
    operations: allow(100_000),
    maxSubscriptions: 10,
    maxMessagesPerSecond: 1000,
    ...given,
  };
}

/** As much as subscriptions may keep, together and of one address, this machine too; without a number, plenty. */
export function createSubscriptionMemory(maxBytes = 1e9, maxBytesPerAddress = maxBytes): SubscriptionMemory {
  return new SubscriptionMemory({ maxBytes, maxBytesPerAddress, limitsLoopback: true });
}
