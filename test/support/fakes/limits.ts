import { ConcurrencyLimit } from '../../../src/server/access/concurrency-limit.ts';
import type { SubscriptionMemoryLimits } from '../../../src/server/access/subscription-memory.ts';
import type { SocketLimits } from '../../../src/server/websocket/accept-sockets.ts';

/** A limit on concurrency, in total and per address, which includes this machine. */
export function allow(max: number, maxPerAddress = max): ConcurrencyLimit {
  return new ConcurrencyLimit({ max, maxPerAddress, limitsLoopback: true });
}

export interface Limits extends SocketLimits {
  /** Operations of all protocols. */
  readonly operations: ConcurrencyLimit;
}

/** Limits that a test does not reach; `given` replaces those that the test is about. */
export function createLimits(given: Partial<Limits> = {}): Limits {
  return {
    sockets: allow(10_000),
    operations: allow(100_000),
    maxSubscriptions: 10,
    maxMessagesPerSecond: 1000,
    ...given,
  };
}

/** The memory that subscriptions may use, in total and per address, which includes this machine; plenty by default. */
export function createMemoryLimits(maxBytes = 1e9, maxBytesPerAddress = maxBytes): SubscriptionMemoryLimits {
  return { maxBytes, maxBytesPerAddress, limitsLoopback: true };
}
