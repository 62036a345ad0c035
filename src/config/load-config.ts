import type { z } from 'zod';
import { readApiKeys } from './api-keys.ts';
import { ConfigError } from './config-error.ts';
import { type FindOptionFault, type OptionsByExchange, readAllowList, readExchangeFile } from './exchanges.ts';
import { readOrigins } from './origins.ts';
import { settings } from './settings.ts';
import { readTracesProtocol, type TracesProtocol } from './traces.ts';

/** Everything that can be set, from the environment and the exchange file. Durations in ms. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly logLevel: z.output<typeof settings.LOG_LEVEL>;
  /** The only exchanges this server may use; null for all. */
  readonly exchanges: readonly string[] | null;
  /** ccxt constructor options by exchange id. */
  readonly exchangeOptions: OptionsByExchange;
  readonly tickerTtlMs: number;
  readonly pollIntervalMs: number;
  readonly lingerMs: number;
  readonly streamSilenceMs: number;
  readonly staleMaxMs: number;
  readonly upstreamTimeoutMs: number;
  /** How many calls may wait in front of one exchange. */
  readonly maxQueuedCalls: number;
  readonly maxSubscriptionsPerSocket: number;
  readonly shutdownDelayMs: number;
  /** How many proxies are in front, of which each appends to X-Forwarded-For. */
  readonly trustedProxies: number;
  readonly maxSockets: number;
  /** Null where it is not set: then the default goes for all but this machine. */
  readonly maxSocketsPerAddress: number | null;
  /** Operations over all sockets, and subscriptions over server-sent events. */
  readonly maxOperations: number;
  /** Null where it is not set: then the default goes for all but this machine. */
  readonly maxOperationsPerAddress: number | null;
  /** What open subscriptions may keep in memory together, in MB. */
  readonly maxSubscriptionMb: number;
  /** The same of one address; null where only the default goes for all but this machine. */
  readonly maxSubscriptionMbPerAddress: number | null;
  /** Of one socket. */
  readonly maxMessagesPerSecond: number;
  /** Whoever has one of these may ask; anybody where there are none. */
  readonly apiKeys: readonly string[];
  /** How many requests a key, or an address where there are no keys, may make in a minute; null for any number. */
  readonly requestsPerMinute: number | null;
  /** What its operations may cost in a minute together; null for any cost. */
  readonly costPerMinute: number | null;
  /** The origins of pages that may ask; null for all. */
  readonly corsOrigins: readonly string[] | null;
  readonly maxQueryTokens: number;
  readonly maxQueryDepth: number;
  readonly maxQueryAliases: number;
  readonly maxQueryCost: number;
  /** Whether clients may ask for the schema. */
  readonly introspection: boolean;
  /** How to send traces; null where OpenTelemetry's standard variables ask for none. */
  readonly tracesProtocol: TracesProtocol | null;
}

/**
 * Reads the configuration from environment variables. `knownIds` are the ids of all exchanges. An empty variable counts
 * as unset, except for API_KEYS. Throws a ConfigError for the first invalid one.
 */
export function loadConfig(
  env: Readonly<Record<string, string | undefined>>,
  knownIds: readonly string[],
  findOptionFault: FindOptionFault = () => null,
): Config {
  const read = <T>(name: keyof typeof settings, setting: z.ZodType<T>): T => {
    const result = setting.safeParse(env[name] || undefined);
    if (result.success) return result.data;
    throw new ConfigError(`${name} is ${JSON.stringify(env[name])}; it must be ${result.error.issues[0]?.message}.`);
  };
  return Object.freeze({
    port: read('PORT', settings.PORT),
    host: read('HOST', settings.HOST),
    logLevel: read('LOG_LEVEL', settings.LOG_LEVEL),
    exchanges: readAllowList(env.EXCHANGES, knownIds),
    exchangeOptions: readExchangeFile(env.EXCHANGE_CONFIG, knownIds, findOptionFault),
    tickerTtlMs: read('TICKER_TTL_MS', settings.TICKER_TTL_MS),
    pollIntervalMs: read('POLL_INTERVAL_MS', settings.POLL_INTERVAL_MS),
    lingerMs: read('LINGER_MS', settings.LINGER_MS),
    streamSilenceMs: read('STREAM_SILENCE_MS', settings.STREAM_SILENCE_MS),
    staleMaxMs: read('STALE_MAX_MS', settings.STALE_MAX_MS),
    upstreamTimeoutMs: read('UPSTREAM_TIMEOUT_MS', settings.UPSTREAM_TIMEOUT_MS),
    maxQueuedCalls: read('MAX_QUEUED_CALLS', settings.MAX_QUEUED_CALLS),
    maxSubscriptionsPerSocket: read('MAX_SUBSCRIPTIONS_PER_SOCKET', settings.MAX_SUBSCRIPTIONS_PER_SOCKET),
    shutdownDelayMs: read('SHUTDOWN_DELAY_MS', settings.SHUTDOWN_DELAY_MS),
    trustedProxies: read('TRUST_PROXY', settings.TRUST_PROXY),
    maxSockets: read('MAX_SOCKETS', settings.MAX_SOCKETS),
    maxSocketsPerAddress: read('MAX_SOCKETS_PER_ADDRESS', settings.MAX_SOCKETS_PER_ADDRESS),
    maxOperations: read('MAX_OPERATIONS', settings.MAX_OPERATIONS),
    maxOperationsPerAddress: read('MAX_OPERATIONS_PER_ADDRESS', settings.MAX_OPERATIONS_PER_ADDRESS),
    maxSubscriptionMb: read('MAX_SUBSCRIPTION_MB', settings.MAX_SUBSCRIPTION_MB),
    maxSubscriptionMbPerAddress: read('MAX_SUBSCRIPTION_MB_PER_ADDRESS', settings.MAX_SUBSCRIPTION_MB_PER_ADDRESS),
    maxMessagesPerSecond: read('MAX_MESSAGES_PER_SECOND', settings.MAX_MESSAGES_PER_SECOND),
    apiKeys: readApiKeys(env.API_KEYS),
    requestsPerMinute: read('REQUESTS_PER_MINUTE', settings.REQUESTS_PER_MINUTE),
    costPerMinute: read('COST_PER_MINUTE', settings.COST_PER_MINUTE),
    corsOrigins: readOrigins(env.CORS_ORIGINS),
    maxQueryTokens: read('MAX_QUERY_TOKENS', settings.MAX_QUERY_TOKENS),
    maxQueryDepth: read('MAX_QUERY_DEPTH', settings.MAX_QUERY_DEPTH),
    maxQueryAliases: read('MAX_QUERY_ALIASES', settings.MAX_QUERY_ALIASES),
    maxQueryCost: read('MAX_QUERY_COST', settings.MAX_QUERY_COST),
    introspection: read('INTROSPECTION', settings.INTROSPECTION),
    tracesProtocol: readTracesProtocol(env),
  });
}
