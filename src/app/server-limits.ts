import type { Config } from '../config/load-config.ts';
import { ConcurrencyLimit } from '../server/access/concurrency-limit.ts';
import type { ServerOptions } from './wire-server.ts';

const megabyte = 1024 * 1024;

/** The default limits per address. They do not apply to this machine; limits from the settings do. */
const usual = { operations: 5000, sockets: 1000, memoryMb: 16 };

/** Returns the limits of the server side from the settings. */
export function toServerLimits(
  config: Config,
): Pick<ServerOptions, 'queryLimits' | 'operations' | 'subscriptionMemory' | 'socketLimits'> {
  return {
    queryLimits: {
      maxTokens: config.maxQueryTokens,
      maxDepth: config.maxQueryDepth,
      maxAliases: config.maxQueryAliases,
      maxCost: config.maxQueryCost,
    },
    operations: createLimit(config.maxOperations, config.maxOperationsPerAddress, usual.operations),
    subscriptionMemory: {
      maxBytes: config.maxSubscriptionMb * megabyte,
      maxBytesPerAddress: (config.maxSubscriptionMbPerAddress ?? usual.memoryMb) * megabyte,
      limitsLoopback: config.maxSubscriptionMbPerAddress !== null,
    },
    socketLimits: {
      sockets: createLimit(config.maxSockets, config.maxSocketsPerAddress, usual.sockets),
      maxSubscriptions: config.maxSubscriptionsPerSocket,
      maxMessagesPerSecond: config.maxMessagesPerSecond,
    },
  };
}

/** `set` is null without a setting. */
function createLimit(max: number, set: number | null, usualPerAddress: number): ConcurrencyLimit {
  return new ConcurrencyLimit({ max, maxPerAddress: set ?? usualPerAddress, limitsLoopback: set !== null });
}
