import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { suggest } from './market/suggest.ts';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const tracesProtocols = ['http/protobuf', 'http/json'] as const;

/** Everything that can be set, from the environment and the exchange file. Durations in ms. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly logLevel: (typeof logLevels)[number];
  /** The only exchanges this server may use; null for all. */
  readonly exchanges: readonly string[] | null;
  /** ccxt constructor options by exchange id. */
  readonly exchangeOptions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
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
  readonly tracesProtocol: (typeof tracesProtocols)[number] | null;
}

/** A setting that stops the server; its message names the variable and what it must be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const day = 86_400_000;

const proxies = 'true, false, or how many proxies there are, from 0 to 9';

const settings = {
  PORT: wholeNumber(4000, 0, 65_535),
  HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(logLevels, { error: `one of ${logLevels.join(', ')}` }).default('info'),
  TICKER_TTL_MS: wholeNumber(1000, 0, day),
  POLL_INTERVAL_MS: wholeNumber(1000, 50, day),
  LINGER_MS: wholeNumber(5000, 0, day),
  STREAM_SILENCE_MS: wholeNumber(15_000, 100, day),
  STALE_MAX_MS: wholeNumber(60_000, 0, day),
  UPSTREAM_TIMEOUT_MS: wholeNumber(10_000, 1, 600_000),
  MAX_QUEUED_CALLS: wholeNumber(100, 1, 100_000),
  MAX_SUBSCRIPTIONS_PER_SOCKET: wholeNumber(100, 1, 1_000_000),
  SHUTDOWN_DELAY_MS: wholeNumber(500, 0, 60_000),
  TRUST_PROXY: z
    .string()
    .regex(/^(?:true|false|\d)$/, proxies)
    .transform((text) => (text === 'true' ? 1 : Number(text === 'false' ? 0 : text)))
    .default(0),
  MAX_SOCKETS: wholeNumber(20_000, 1, 10_000_000),
  MAX_SOCKETS_PER_ADDRESS: wholeNumberOrNone(1, 10_000_000),
  MAX_OPERATIONS: wholeNumber(200_000, 1, 100_000_000),
  MAX_OPERATIONS_PER_ADDRESS: wholeNumberOrNone(1, 100_000_000),
  MAX_MESSAGES_PER_SECOND: wholeNumber(100, 1, 1_000_000),
  REQUESTS_PER_MINUTE: wholeNumberOrNone(1, 1_000_000_000),
  COST_PER_MINUTE: wholeNumberOrNone(1, 1_000_000_000),
  MAX_QUERY_TOKENS: wholeNumber(3000, 1, 10_000),
  MAX_QUERY_DEPTH: wholeNumber(12, 1, 1000),
  MAX_QUERY_ALIASES: wholeNumber(100, 0, 10_000),
  MAX_QUERY_COST: wholeNumber(100_000, 1, 1_000_000_000),
  INTROSPECTION: z
    .enum(['true', 'false'], { error: 'true or false' })
    .default('true')
    .transform((text) => text === 'true'),
};

const exchangeFile = z.record(z.string(), z.record(z.string(), z.unknown()));

/**
 * The configuration of the environment. `knownIds` are the exchanges there are. An empty variable counts as unset.
 * Throws a ConfigError for the first wrong one.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>, knownIds: readonly string[]): Config {
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
    exchangeOptions: readExchangeFile(env.EXCHANGE_CONFIG, knownIds),
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

/** Traces are wanted with an endpoint or an exporter, unless that is none or OpenTelemetry is disabled. */
function readTracesProtocol(env: Readonly<Record<string, string | undefined>>): Config['tracesProtocol'] {
  const { OTEL_SDK_DISABLED: disabled, OTEL_TRACES_EXPORTER: exporter = '' } = env;
  const isWanted = env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || exporter;
  if (!isWanted || exporter === 'none' || disabled?.toLowerCase() === 'true') return null;
  if (exporter !== '' && exporter !== 'otlp') {
    throw new ConfigError(`OTEL_TRACES_EXPORTER is ${JSON.stringify(exporter)}; it must be otlp or none.`);
  }
  const own = 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL';
  const name = env[own] ? own : 'OTEL_EXPORTER_OTLP_PROTOCOL';
  const given = env[name] || 'http/protobuf';
  const protocol = tracesProtocols.find((known) => known === given);
  if (protocol) return protocol;
  throw new ConfigError(`${name} is ${JSON.stringify(given)}; it must be ${tracesProtocols.join(' or ')}.`);
}

function wholeNumber(fallback: number, least: number, most: number) {
  return anyWholeNumber(least, most).default(fallback);
}

function wholeNumberOrNone(least: number, most: number) {
  return anyWholeNumber(least, most).nullable().default(null);
}

function anyWholeNumber(least: number, most: number) {
  const error = `a whole number from ${least} to ${most}`;
  return z.string().regex(/^\d+$/, error).transform(Number).pipe(z.number().min(least, error).max(most, error));
}

function toItems(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

/** Says nothing of the keys themselves. */
function readApiKeys(text: string | undefined): readonly string[] {
  if (!text) return [];
  const keys = toItems(text);
  // Without this an operator would believe a server locked that is open.
  if (keys.length === 0) throw new ConfigError('API_KEYS names no key; unset it where everybody may ask.');
  if (!keys.every((key) => /^[!-~]+$/.test(key))) {
    throw new ConfigError('API_KEYS must be keys of ASCII characters without spaces, separated by commas.');
  }
  return keys;
}

function readOrigins(text: string | undefined): readonly string[] | null {
  if (!text || text.trim() === '*') return null;
  if (text.trim() === 'none') return [];
  const origins = toItems(text).map(toOrigin);
  if (origins.length > 0 && origins.every((origin) => origin !== null)) return origins;
  const example = 'origins such as https://app.example.com or http://localhost:3000, separated by commas';
  throw new ConfigError(`CORS_ORIGINS is ${JSON.stringify(text)}; it must be *, none, or ${example}.`);
}

/** As browsers write it; null where it is none. Apps have schemes of their own, of which URL knows no origin. */
function toOrigin(text: string): string | null {
  if (!/^[a-z][a-z\d+.-]*:\/\/[^\s/?#@*]+$/i.test(text) || !URL.canParse(text)) return null;
  const { origin } = new URL(text);
  return origin === 'null' ? text.toLowerCase() : origin;
}

function readAllowList(text: string | undefined, knownIds: readonly string[]): readonly string[] | null {
  if (!text || text.trim() === 'all') return null;
  const ids = toItems(text);
  if (ids.length === 0)
    throw new ConfigError(`EXCHANGES is ${JSON.stringify(text)}; it must name exchanges, or be all.`);
  requireKnown('EXCHANGES', ids, knownIds);
  return ids;
}

function readExchangeFile(path: string | undefined, knownIds: readonly string[]): Config['exchangeOptions'] {
  if (!path) return {};
  const parsed = exchangeFile.safeParse(readJson(path));
  if (!parsed.success) {
    throw new ConfigError(`EXCHANGE_CONFIG: ${path} must hold a JSON object of ccxt options by exchange id.`);
  }
  requireKnown('EXCHANGE_CONFIG', Object.keys(parsed.data), knownIds);
  return parsed.data;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'is not valid JSON' : 'cannot be read';
    throw new ConfigError(`EXCHANGE_CONFIG: the file ${path} ${reason}.`, { cause: error });
  }
}

function requireKnown(variable: string, ids: readonly string[], knownIds: readonly string[]): void {
  const unknown = ids.find((id) => !knownIds.includes(id));
  if (unknown === undefined) return;
  const near = suggest(unknown, knownIds);
  const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'ids are as in ccxt, for example kraken.';
  throw new ConfigError(`${variable} names ${JSON.stringify(unknown)}, which is no exchange; ${hint}`);
}
