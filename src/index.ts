/** A setting by the name of its environment variable. docs/settings.md says what each of them means. */
export type SettingName =
  | 'API_KEYS'
  | 'CLUSTER_TAKEOVER_MS'
  | 'CORS_ORIGINS'
  | 'COST_PER_MINUTE'
  | 'EXCHANGES'
  | 'EXCHANGE_CONFIG'
  | 'HOST'
  | 'INTROSPECTION'
  | 'LINGER_MS'
  | 'LIVE_PAGE'
  | 'LOG_LEVEL'
  | 'MAX_MESSAGES_PER_SECOND'
  | 'MAX_OPERATIONS'
  | 'MAX_OPERATIONS_PER_ADDRESS'
  | 'MAX_QUERY_ALIASES'
  | 'MAX_QUERY_COST'
  | 'MAX_QUERY_DEPTH'
  | 'MAX_QUERY_TOKENS'
  | 'MAX_QUEUED_CALLS'
  | 'MAX_SOCKETS'
  | 'MAX_SOCKETS_PER_ADDRESS'
  | 'MAX_SUBSCRIPTIONS_PER_SOCKET'
  | 'MAX_SUBSCRIPTION_MB'
  | 'MAX_SUBSCRIPTION_MB_PER_ADDRESS'
  | 'POLL_INTERVAL_MS'
  | 'PORT'
  | 'REDIS_KEY_PREFIX'
  | 'REDIS_URL'
  | 'REQUESTS_PER_MINUTE'
  | 'SHUTDOWN_DELAY_MS'
  | 'STALE_MAX_MS'
  | 'STREAM_SILENCE_MS'
  | 'TICKER_TTL_MS'
  | 'TRUST_PROXY'
  | 'UPSTREAM_TIMEOUT_MS';

/** Settings as text, or as numbers and booleans. One that is left out has its default. */
export type Settings = Readonly<Partial<Record<SettingName, string | number | boolean | undefined>>>;

/** A server that listens. */
export interface TickQLServer {
  /** The port on which it listens: PORT, or a free port if PORT is 0. */
  readonly port: number;
  /** Its address without a path, such as http://localhost:4000. GraphQL is at `/graphql`, for WebSockets too. */
  readonly url: string;
  /** Finishes the requests in progress, closes all connections, and resolves when nothing is open any longer. */
  stop(): Promise<void>;
}

/**
 * Starts a server in this process. The environment is not read: to use it, pass it as in
 * `startServer({ ...process.env, PORT: 0 })`. The log goes to standard error, warnings and above unless LOG_LEVEL is set.
 * Rejects with an Error whose message says what to change, for example if PORT is in use.
 */
export async function startServer(settings: Settings = {}): Promise<TickQLServer> {
  // A dynamic import keeps the types of the whole server out of the types of this file.
  const { startFromSettings } = await import('./app/process/start-from-settings.ts');
  const values = Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [[name, `${value}`]]));
  return startFromSettings(Object.fromEntries(values));
}
