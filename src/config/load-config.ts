import type { z } from 'zod';
import { readApiKeys } from './api-keys.ts';
import { ConfigError } from './config-error.ts';
import { type FindOptionFault, type OptionsByExchange, readAllowList, readExchangeFile } from './exchanges.ts';
import { readOrigins } from './origins.ts';
import { type ClusterConfig, readRedisUrl } from './redis.ts';
import { settings } from './settings.ts';
import { readTracesProtocol, type TracesProtocol } from './traces.ts';

/** All settings, from the environment and the exchange file. Durations are in ms. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly logLevel: z.output<typeof settings.LOG_LEVEL>;
  /** The exchanges that this server may use; null for all. */
  readonly exchanges: readonly string[] | null;
  /** ccxt constructor options by exchange id. */
  readonly exchangeOptions: OptionsByExchange;
  readonly tickerTtlMs: number;
  readonly pollIntervalMs: number;
  readonly lingerMs: number;
  readonly streamSilenceMs: number;
  readonly staleMaxMs: number;
  readonly upstreamTimeoutMs: number;
  /** How many calls to one kind of market of an exchange may wait in the queue. */
  readonly maxQueuedCalls: number;
  readonly maxSubscriptionsPerSocket: number;
  readonly shutdownDelayMs: number;
  /** True if `/` is the live page; otherwise it redirects to GraphiQL. */
  readonly livePage: boolean;
  /** How many proxies are in front of this server. Each of them appends to X-Forwarded-For. */
  readonly trustedProxies: number;
  readonly maxSockets: number;
  /** Null if not set: the default then applies to every address except loopback. */
  readonly maxSocketsPerAddress: number | null;
  /** Operations over WebSockets together with subscriptions over server-sent events. */
  readonly maxOperations: number;
  /** Null if not set: the default then applies to every address except loopback. */
  readonly maxOperationsPerAddress: number | null;
  /** How much memory all open subscriptions may use together, in MB. */
  readonly maxSubscriptionMb: number;
  /** The same for one address. Null if not set: the default then applies to every address except loopback. */
  readonly maxSubscriptionMbPerAddress: number | null;
  /** The limit for one socket. */
  readonly maxMessagesPerSecond: number;
  /** A client must have one of these keys; if there are none, anybody may use the server. */
  readonly apiKeys: readonly string[];
  /** How many requests a key (or an address, if there are no keys) may make per minute; null for no limit. */
  readonly requestsPerMinute: number | null;
  /** The total cost per minute of the operations of a key or an address; null for no limit. */
  readonly costPerMinute: number | null;
  /** The origins of web pages that may use this server; null for all. */
  readonly corsOrigins: readonly string[] | null;
  readonly maxQueryTokens: number;
  readonly maxQueryDepth: number;
  readonly maxQueryAliases: number;
  readonly maxQueryCost: number;
  /** True if clients may query the schema. */
  readonly introspection: boolean;
  /** The protocol for sending traces; null if OpenTelemetry's standard variables turn them off. */
  readonly tracesProtocol: TracesProtocol | null;
  /** Null without REDIS_URL: then this instance is alone. */
  readonly cluster: ClusterConfig | null;
}

/**
 * Reads the configuration from environment variables. `knownIds` are the ids of all exchanges. An empty value counts as
 * unset, except for API_KEYS. Throws a ConfigError for the first invalid value.
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
  const redisUrl = readRedisUrl(env.REDIS_URL);
  const keyPrefix = read('REDIS_KEY_PREFIX', settings.REDIS_KEY_PREFIX);
  const takeoverMs = read('CLUSTER_TAKEOVER_MS', settings.CLUSTER_TAKEOVER_MS);
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
    livePage: read('LIVE_PAGE', settings.LIVE_PAGE),
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
    cluster: redisUrl === null ? null : { redisUrl, keyPrefix, takeoverMs },
  });
}
