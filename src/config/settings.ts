import { z } from 'zod';

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const day = 86_400_000;

const prefix = 'at most 100 letters, digits, hyphens, underscores, dots and colons';

const proxies = 'true, false, or the number of proxies, from 0 to 9';

/** The settings that hold a single value, by name: how the text of each is parsed, and its default. */
export const settings = {
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
  MAX_SUBSCRIPTIONS_PER_SOCKET: wholeNumber(500, 1, 1_000_000),
  SHUTDOWN_DELAY_MS: wholeNumber(500, 0, 60_000),
  LIVE_PAGE: trueOrFalse('true'),
  TRUST_PROXY: z
    .string()
    .regex(/^(?:true|false|\d)$/, proxies)
    .transform((text) => (text === 'true' ? 1 : Number(text === 'false' ? 0 : text)))
    .default(0),
  MAX_SOCKETS: wholeNumber(20_000, 1, 10_000_000),
  MAX_SOCKETS_PER_ADDRESS: wholeNumberOrNone(1, 10_000_000),
  MAX_OPERATIONS: wholeNumber(200_000, 1, 100_000_000),
  MAX_OPERATIONS_PER_ADDRESS: wholeNumberOrNone(1, 100_000_000),
  MAX_SUBSCRIPTION_MB: wholeNumber(64, 1, 100_000),
  MAX_SUBSCRIPTION_MB_PER_ADDRESS: wholeNumberOrNone(1, 100_000),
  MAX_MESSAGES_PER_SECOND: wholeNumber(100, 1, 1_000_000),
  REQUESTS_PER_MINUTE: wholeNumberOrNone(1, 1_000_000_000),
  COST_PER_MINUTE: wholeNumberOrNone(1, 1_000_000_000),
  MAX_QUERY_TOKENS: wholeNumber(3000, 1, 10_000),
  MAX_QUERY_DEPTH: wholeNumber(12, 1, 1000),
  MAX_QUERY_ALIASES: wholeNumber(100, 0, 10_000),
  MAX_QUERY_COST: wholeNumber(100_000, 1, 1_000_000_000),
  INTROSPECTION: trueOrFalse('true'),
  REDIS_KEY_PREFIX: z
    .string()
    .regex(/^[\w.:-]{1,100}$/, prefix)
    .default('tickql'),
  CLUSTER_TAKEOVER_MS: wholeNumber(5000, 1000, 60_000),
};

function trueOrFalse(fallback: 'true' | 'false') {
  return z
    .enum(['true', 'false'], { error: 'true or false' })
    .default(fallback)
    .transform((text) => text === 'true');
}

function wholeNumber(fallback: number, min: number, max: number) {
  return anyWholeNumber(min, max).default(fallback);
}

function wholeNumberOrNone(min: number, max: number) {
  return anyWholeNumber(min, max).nullable().default(null);
}

function anyWholeNumber(min: number, max: number) {
  const error = `a whole number from ${min} to ${max}`;
  return z.string().regex(/^\d+$/, error).transform(Number).pipe(z.number().min(min, error).max(max, error));
}
