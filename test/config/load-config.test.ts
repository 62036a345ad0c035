import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { settings } from '../../src/config/settings.ts';
import { findOptionFault } from '../../src/exchange/clients/option-fault.ts';

const ids = ['binance', 'kraken', 'sim'];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickql-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

function writeFile(content: string): string {
  const path = join(folder, `${Math.random()}.json`);
  writeFileSync(path, content);
  return path;
}

test('every setting has a default, and an empty value counts as unset', () => {
  const defaults = {
    port: 4000,
    host: '127.0.0.1',
    logLevel: 'info',
    exchanges: null,
    exchangeOptions: {},
    tickerTtlMs: 1000,
    pollIntervalMs: 1000,
    lingerMs: 5000,
    streamSilenceMs: 15_000,
    staleMaxMs: 60_000,
    upstreamTimeoutMs: 10_000,
    maxQueuedCalls: 100,
    maxSubscriptionsPerSocket: 500,
    shutdownDelayMs: 500,
    livePage: true,
    trustedProxies: 0,
    maxSockets: 20_000,
    maxSocketsPerAddress: null,
    maxOperations: 200_000,
    maxOperationsPerAddress: null,
    maxMessagesPerSecond: 100,
    maxSubscriptionMb: 64,
    maxSubscriptionMbPerAddress: null,
    apiKeys: [],
    requestsPerMinute: null,
    costPerMinute: null,
    corsOrigins: null,
    maxQueryTokens: 3000,
    maxQueryDepth: 12,
    maxQueryAliases: 100,
    maxQueryCost: 100_000,
    introspection: true,
    tracesProtocol: null,
    cluster: null,
  };
  expect(loadConfig({}, ids)).toEqual(defaults);
  expect(loadConfig({ PORT: '', EXCHANGES: '', EXCHANGE_CONFIG: '', LOG_LEVEL: '' }, ids)).toEqual(defaults);
});

test('every setting is read', () => {
  const read = new Set<string | symbol>();
  const env = new Proxy<Record<string, string | undefined>>(
    {},
    {
      get: (_env, name) => {
        read.add(name);
        return undefined;
      },
    },
  );
  loadConfig(env, ids);
  expect(Object.keys(settings).filter((name) => !read.has(name))).toEqual([]);
});

test('variables are read', () => {
  const config = loadConfig(
    { PORT: '80', HOST: '::', LOG_LEVEL: 'debug', EXCHANGES: 'sim, kraken', LINGER_MS: '0' },
    ids,
  );
  expect(config).toMatchObject({ port: 80, host: '::', logLevel: 'debug', exchanges: ['sim', 'kraken'], lingerMs: 0 });
  expect(loadConfig({ EXCHANGES: 'all' }, ids).exchanges).toBeNull();
  expect(loadConfig({ INTROSPECTION: 'false', MAX_QUERY_ALIASES: '0' }, ids)).toMatchObject({
    introspection: false,
    maxQueryAliases: 0,
  });
});

test.each([
  ['true', 1],
  ['false', 0],
  ['0', 0],
  ['2', 2],
])('TRUST_PROXY=%s trusts %i proxies', (text, proxies) => {
  expect(loadConfig({ TRUST_PROXY: text }, ids).trustedProxies).toBe(proxies);
});

test('limits per address are read', () => {
  const config = loadConfig({ MAX_SOCKETS_PER_ADDRESS: '10', MAX_OPERATIONS_PER_ADDRESS: '20' }, ids);
  expect(config).toMatchObject({ maxSocketsPerAddress: 10, maxOperationsPerAddress: 20 });
});

test('API keys are a list, and no error repeats a key', () => {
  expect(loadConfig({ API_KEYS: ' one, ,two ' }, ids).apiKeys).toEqual(['one', 'two']);
  expect(() => loadConfig({ API_KEYS: 'sesame, sésame' }, ids)).toThrow(/^(?!.*same)/);
});

test('quotas are numbers', () => {
  const env = { REQUESTS_PER_MINUTE: '60', COST_PER_MINUTE: '1000' };
  expect(loadConfig(env, ids)).toMatchObject({ requestsPerMinute: 60, costPerMinute: 1000 });
});

test.each([
  ['*', null],
  ['none', []],
  ['https://App.example, http://localhost:3000', ['https://app.example', 'http://localhost:3000']],
  ['https://app.example:443,http://[::1]:8080', ['https://app.example', 'http://[::1]:8080']],
  ['Tauri://localhost', ['tauri://localhost']],
])('CORS_ORIGINS %s', (text, origins) => {
  expect(loadConfig({ CORS_ORIGINS: text }, ids).corsOrigins).toEqual(origins);
});

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' };

test.each([
  [{}, null],
  [endpoint, 'http/protobuf'],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://localhost:4318/v1/traces' }, 'http/protobuf'],
  [{ OTEL_TRACES_EXPORTER: 'otlp' }, 'http/protobuf'],
  [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, 'http/json'],
  [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' }, 'http/json'],
  [{ ...endpoint, OTEL_TRACES_EXPORTER: 'none' }, null],
  [{ ...endpoint, OTEL_SDK_DISABLED: 'TRUE' }, null],
  [{ ...endpoint, OTEL_SDK_DISABLED: 'false' }, 'http/protobuf'],
])('with %j traces are sent as %s', (env, protocol) => {
  expect(loadConfig(env, ids).tracesProtocol).toBe(protocol);
});

const redisUrl = 'redis://127.0.0.1:6379';

test('without REDIS_URL, the other settings of a cluster mean nothing', () => {
  expect(loadConfig({ REDIS_KEY_PREFIX: 'prices', CLUSTER_TAKEOVER_MS: '3000' }, ids).cluster).toBeNull();
  expect(loadConfig({ REDIS_URL: '' }, ids).cluster).toBeNull();
});

test('with REDIS_URL, the settings of a cluster are read', () => {
  const defaults = { redisUrl, keyPrefix: 'tickql', takeoverMs: 5000 };
  expect(loadConfig({ REDIS_URL: redisUrl }, ids).cluster).toEqual(defaults);
  const env = { REDIS_URL: redisUrl, REDIS_KEY_PREFIX: 'team-1:prices_v2.x', CLUSTER_TAKEOVER_MS: '60000' };
  expect(loadConfig(env, ids).cluster).toEqual({ redisUrl, keyPrefix: 'team-1:prices_v2.x', takeoverMs: 60_000 });
});

test.each([
  'redis://redis',
  'redis://redis/',
  'rediss://user:p%40ss%2Fword@redis.example:6380/15',
  'redis://:password@10.0.0.1',
  'redis://user@redis',
  'redis://[::1]:6379/1',
])('REDIS_URL %s is accepted', (url) => {
  expect(loadConfig({ REDIS_URL: url }, ids).cluster?.redisUrl).toBe(url);
});

test.each([
  'sesame',
  'redis.example:6379',
  'http://:sesame@redis',
  'redis:sesame',
  'redis://',
  'redis://:sesame@',
  'redis://:sesame@redis/first',
  'redis://:sesame@redis/-1',
  'redis://:sesame@redis/0/1',
  'redis://:sesame@redis:66000',
  'redis://:sesame@redis:0',
  'redis://:sesame%@redis',
  'redis://:sesame@redis?db=1',
  'redis://:sesame@redis#1',
  'redis://:sesa me@redis',
  'unix:/run/sesame.sock',
])('REDIS_URL %s is refused with a message that does not repeat it', (url) => {
  const load = () => loadConfig({ REDIS_URL: url }, ids);
  expect(load).toThrow(ConfigError);
  expect(load).toThrow(/^REDIS_URL must be an address such as redis:\/\/host:6379, or rediss:\/\/(?!.*sesame)/);
});

test('the exchange file is passed through', () => {
  const options = { binance: { urls: { api: { public: 'http://localhost:1/api/v3' } }, sandbox: false } };
  expect(loadConfig({ EXCHANGE_CONFIG: writeFile(JSON.stringify(options)) }, ids).exchangeOptions).toEqual(options);
});

test.each([
  [{ PORT: 'http' }, 'PORT is "http"'],
  [{ PORT: '-1' }, 'PORT is "-1"'],
  [{ PORT: '4000.5' }, 'PORT is "4000.5"'],
  [{ INTROSPECTION: 'off' }, 'INTROSPECTION is "off"; it must be true or false.'],
  [{ MAX_QUERY_TOKENS: '0' }, 'MAX_QUERY_TOKENS is "0"; it must be a whole number from 1 to 10000.'],
  [{ LOG_LEVEL: 'loud' }, 'one of fatal, error, warn'],
  [{ TICKER_TTL_MS: '1s' }, 'TICKER_TTL_MS is "1s"; it must be a whole number from 0 to 86400000.'],
  [{ POLL_INTERVAL_MS: '1' }, 'POLL_INTERVAL_MS is "1"'],
  [{ LINGER_MS: 'x' }, 'LINGER_MS'],
  [{ STREAM_SILENCE_MS: '50' }, 'STREAM_SILENCE_MS is "50"'],
  [{ STALE_MAX_MS: 'x' }, 'STALE_MAX_MS'],
  [{ UPSTREAM_TIMEOUT_MS: '0' }, 'UPSTREAM_TIMEOUT_MS'],
  [{ MAX_QUEUED_CALLS: '0' }, 'MAX_QUEUED_CALLS is "0"; it must be a whole number from 1 to 100000.'],
  [{ MAX_SUBSCRIPTIONS_PER_SOCKET: '0' }, 'MAX_SUBSCRIPTIONS_PER_SOCKET'],
  [{ SHUTDOWN_DELAY_MS: '60001' }, 'SHUTDOWN_DELAY_MS is "60001"; it must be a whole number from 0 to 60000.'],
  [{ TRUST_PROXY: 'yes' }, 'TRUST_PROXY is "yes"; it must be true, false, or the number of proxies, from 0 to 9.'],
  [{ TRUST_PROXY: '10' }, 'TRUST_PROXY is "10"'],
  [{ MAX_SOCKETS: '0' }, 'MAX_SOCKETS is "0"; it must be a whole number from 1 to'],
  [{ MAX_SOCKETS_PER_ADDRESS: 'many' }, 'MAX_SOCKETS_PER_ADDRESS is "many"'],
  [{ MAX_OPERATIONS: '0' }, 'MAX_OPERATIONS is "0"'],
  [{ MAX_OPERATIONS_PER_ADDRESS: '0' }, 'MAX_OPERATIONS_PER_ADDRESS is "0"'],
  [{ MAX_MESSAGES_PER_SECOND: '0' }, 'MAX_MESSAGES_PER_SECOND is "0"'],
  [{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'OTEL_TRACES_EXPORTER is "zipkin"; it must be otlp or none.'],
  [{ OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'OTEL_EXPORTER_OTLP_PROTOCOL is "grpc"'],
  [{ EXCHANGES: 'Kraken' }, 'did you mean kraken?'],
  [{ API_KEYS: ' , ' }, 'API_KEYS contains no key'],
  [{ API_KEYS: '' }, 'API_KEYS contains no key; unset it to let everybody use this server.'],
  [{ API_KEYS: 'good,not good' }, 'API_KEYS must be keys of ASCII characters without spaces, separated by commas.'],
  [{ REQUESTS_PER_MINUTE: '0' }, 'REQUESTS_PER_MINUTE is "0"; it must be a whole number from 1 to 1000000000.'],
  [{ COST_PER_MINUTE: '1.5' }, 'COST_PER_MINUTE is "1.5"'],
  [{ CORS_ORIGINS: 'app.example' }, 'CORS_ORIGINS is "app.example"; it must be *, none, or origins such as https://'],
  [{ CORS_ORIGINS: 'https://app.example/path' }, 'CORS_ORIGINS'],
  [{ CORS_ORIGINS: 'https://app.example:99999' }, 'CORS_ORIGINS'],
  [{ CORS_ORIGINS: 'https://app.example,*' }, 'CORS_ORIGINS'],
  [{ CORS_ORIGINS: 'https://*.example' }, 'CORS_ORIGINS'],
  [{ CORS_ORIGINS: ',' }, 'CORS_ORIGINS'],
  [{ REDIS_KEY_PREFIX: 'a{b}' }, 'REDIS_KEY_PREFIX is "a{b}"; it must be at most 100 letters, digits, hyphens'],
  [{ CLUSTER_TAKEOVER_MS: '999' }, 'CLUSTER_TAKEOVER_MS is "999"; it must be a whole number from 1000 to 60000.'],
])('%j is refused with a message that names it', (env, sentence) => {
  expect(() => loadConfig(env, ids)).toThrow(ConfigError);
  expect(() => loadConfig(env, ids)).toThrow(sentence);
});

test.each([
  ['{', 'is not valid JSON'],
  ['[]', 'must contain a JSON object'],
  ['{"kraken": 1}', 'must contain a JSON object'],
  ['{"bynance": {}}', 'EXCHANGE_CONFIG names "bynance", which is not an exchange; did you mean binance?'],
  ['{"sim": {}, "binance": {"httpProxy": "ftp://proxy"}}', 'EXCHANGE_CONFIG: httpProxy of binance must be the address'],
  ['{"kraken": {"sandbox": true}}', 'EXCHANGE_CONFIG: kraken has no test network; remove sandbox from its options.'],
])('an exchange file of %s is refused', (content, sentence) => {
  const load = () =>
    loadConfig({ EXCHANGE_CONFIG: writeFile(content) }, ids, (exchange, options) =>
      findOptionFault(exchange, options, exchange !== 'kraken'),
    );
  expect(load).toThrow(ConfigError);
  expect(load).toThrow(sentence);
});
