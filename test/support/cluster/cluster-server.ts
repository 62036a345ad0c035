import type { Client } from 'graphql-ws';
import type { Venue } from '../../venues/venue.ts';
import { type Exposition, parseExposition } from '../exposition.ts';
import { startWire, type Wire } from '../faults/wire.ts';
import type { RedisServer } from '../programs/redis.ts';
import { type BuiltServer, startBuiltServer } from '../server/built-server.ts';
import { connect, type Operation, subscribe } from '../socket-client.ts';
import { openUpstreamPath, type UpstreamPath } from './upstream-path.ts';

type Environment = Readonly<Record<string, string>>;

export interface ClusterServerOptions {
  /** Counts the instances of a cluster. */
  readonly index: number;
  readonly redis: RedisServer;
  /** Stand-ins by the id of their exchange. The instance serves no other exchanges. */
  readonly venues: Readonly<Record<string, Venue>>;
  /** REDIS_URL, if it is not that of `redis`. Its port is replaced by that of the wire. */
  readonly redisUrl?: string;
  readonly env?: Environment;
  /** The text of a module that runs before the server. */
  readonly preload?: string;
  /** The module to run instead of `dist/main.js`. */
  readonly main?: string;
  /** Called with the wire before the instance starts. */
  readonly disturb?: (wire: Wire) => void;
}

/** An instance of a cluster in its own process, and all that connects it. */
export interface ClusterServer extends BuiltServer {
  readonly index: number;
  /** Its way to Redis. */
  readonly wire: Wire;
  /** Its ways to the stand-ins, by the id of the exchange. */
  readonly paths: Readonly<Record<string, UpstreamPath>>;
  subscribe(document: string, variables?: Record<string, unknown>): Operation;
  scrape(): Promise<Exposition>;
  /** What `/ready` says about the cluster: `member` or `alone`. */
  readState(): Promise<unknown>;
  /** The lines of its log, oldest first. */
  readonly logLines: readonly LogLine[];
}

export interface LogLine {
  readonly level: number;
  readonly msg: string;
}

/** Settings with which little time passes until something is noticed. */
const settings: Environment = {
  CLUSTER_TAKEOVER_MS: '3000',
  LINGER_MS: '100',
  POLL_INTERVAL_MS: '250',
  SHUTDOWN_DELAY_MS: '100',
  LOG_LEVEL: 'debug',
};

export async function startClusterServer(options: ClusterServerOptions): Promise<ClusterServer> {
  const { index, redis, venues, env, preload, main, disturb } = options;
  const wire = await startWire(redis.port);
  disturb?.(wire);
  const url = new URL(options.redisUrl ?? redis.url);
  url.port = String(wire.port);
  const opened = Object.entries(venues).map(
    async ([id, { url }]) => [id, await openUpstreamPath(portOf(url))] as const,
  );
  const paths = Object.fromEntries(await Promise.all(opened));
  const exchangeFile = Object.fromEntries(
    Object.entries(venues).map(([id, venue]) => [id, toOptions(venue, paths[id]?.port ?? 0)]),
  );
  const closeWires = async (): Promise<void> => {
    await Promise.all([wire, ...Object.values(paths)].map((each) => each.close()));
  };
  let built: BuiltServer;
  try {
    built = await startBuiltServer({
      env: { ...settings, EXCHANGES: Object.keys(venues).join(), REDIS_URL: url.href, ...env },
      exchangeFile,
      ...(preload === undefined ? {} : { preload }),
      ...(main === undefined ? {} : { toCommand: (program) => [...program.slice(0, -1), main] }),
    });
  } catch (error) {
    await closeWires();
    throw error;
  }
  let client: Client | null = null;
  return {
    ...built,
    index,
    get output() {
      return built.output;
    },
    wire,
    paths,
    subscribe: (document, variables) => {
      client ??= connect(built.webSocketUrl);
      return subscribe(client, document, variables);
    },
    scrape: async () => parseExposition((await built.send({ path: '/metrics' })).text),
    readState: async () => {
      const { status, text } = await built.send({ path: '/ready' });
      if (status !== 200) throw new Error(`/ready answers ${status}: ${text}`);
      return JSON.parse(text).cluster;
    },
    get logLines() {
      return built.output
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map(toLogLine);
    },
    stop: async () => {
      const code = await built.stop();
      await client?.dispose();
      await closeWires();
      return code;
    },
    [Symbol.asyncDispose]: async () => {
      await client?.dispose();
      await built[Symbol.asyncDispose]();
      await closeWires();
    },
  };
}

function toLogLine(line: string): LogLine {
  const { level, msg }: { readonly level: number; readonly msg: string } = JSON.parse(line);
  return { level, msg };
}

/** The options with which the exchange is reached through another port, without a throttle. */
function toOptions({ url, exchangeConfig }: Venue, port: number): Readonly<Record<string, unknown>> {
  const text = JSON.stringify(exchangeConfig).replaceAll(`127.0.0.1:${portOf(url)}`, `127.0.0.1:${port}`);
  return { ...JSON.parse(text), rateLimit: 1 };
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
