import { ConcurrencyLimit } from '../../../src/server/access/concurrency-limit.ts';
import type { SubscriptionMemoryLimits } from '../../../src/server/access/subscription-memory.ts';
import type { SocketLimits } from '../../../src/server/websocket/accept-sockets.ts';

/** As many as there may be, together and of one address, this machine too. */
export function allow(max: number, maxPerAddress = max): ConcurrencyLimit {
  return new ConcurrencyLimit({ max, maxPerAddress, limitsLoopback: true });
}

export interface Limits extends SocketLimits {
  /** Operations of all protocols. */
  readonly operations: ConcurrencyLimit;
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
export function createMemoryLimits(maxBytes = 1e9, maxBytesPerAddress = maxBytes): SubscriptionMemoryLimits {
  return { maxBytes, maxBytesPerAddress, limitsLoopback: true };
}
