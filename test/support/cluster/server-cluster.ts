import type { Venue } from '../../venues/venue.ts';
import { eventually } from '../socket-client.ts';
import { type ClusterServer, type ClusterServerOptions, startClusterServer } from './cluster-server.ts';

type Venues = Readonly<Record<string, Venue>>;

export interface ServerClusterOptions extends Omit<ClusterServerOptions, 'index' | 'venues' | 'env' | 'preload'> {
  /** How many instances start. */
  readonly count: number;
  /** The stand-ins of all instances, or of the instance with the given number. */
  readonly venues: Venues | ((index: number) => Venues);
  readonly env?: ClusterServerOptions['env'] | ((index: number) => ClusterServerOptions['env']);
  readonly preload?: (index: number) => string;
}

/** How many processes start at the same time. */
const burst = 2;

/** Server processes that share one Redis. Disposing it ends all of them. */
export class ServerCluster {
  readonly #options: ServerClusterOptions;
  readonly #servers: ClusterServer[] = [];
  #started = 0;

  private constructor(options: ServerClusterOptions) {
    this.#options = options;
  }

  /** Resolves when all instances are members that know each other. */
  static async start(options: ServerClusterOptions): Promise<ServerCluster> {
    const cluster = await ServerCluster.startApart(options);
    try {
      await cluster.join();
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    return cluster;
  }

  /** Resolves when all instances are ready, whatever they know of each other. */
  static async startApart(options: ServerClusterOptions): Promise<ServerCluster> {
    const cluster = new ServerCluster(options);
    try {
      for (let left = options.count; left > 0; left -= burst) {
        await Promise.all(Array.from({ length: Math.min(burst, left) }, () => cluster.add()));
      }
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    return cluster;
  }

  /** The instances that have been started and not been removed, in the order of their numbers. */
  get servers(): readonly ClusterServer[] {
    return this.#servers;
  }

  /** Starts one more. */
  async add(): Promise<ClusterServer> {
    const { venues, env, preload, count, ...options } = this.#options;
    const index = this.#started++;
    const own = typeof env === 'function' ? env(index) : env;
    const text = preload?.(index);
    const server = await startClusterServer({
      ...options,
      index,
      venues: typeof venues === 'function' ? venues(index) : venues,
      ...(own ? { env: own } : {}),
      ...(text === undefined ? {} : { preload: text }),
    });
    this.#servers.push(server);
    this.#servers.sort((one, other) => one.index - other.index);
    return server;
  }

  /** Ends an instance at once. */
  async remove(server: ClusterServer): Promise<void> {
    this.#servers.splice(this.#servers.indexOf(server), 1);
    await server[Symbol.asyncDispose]();
  }

  /** Waits until all instances are members that know each other, and no exchange has two owners. */
  async join(): Promise<void> {
    await eventually(async () => {
      const views = await Promise.all(this.#servers.map(readView));
      const owned = views.flatMap((view) => view.owned);
      const isJoined = ({ state, instances }: View): boolean => state === 'member' && instances === views.length;
      return views.every(isJoined) && new Set(owned).size === owned.length;
    });
  }

  /**
   * The only instance that holds streams of the exchange. Waits until there is one: on a busy machine an owner can be too
   * late with its lease, and then two hold streams for a moment.
   */
  async streamerOf(exchange: string): Promise<ClusterServer> {
    await eventually(() => this.streamersOf(exchange).length === 1);
    const [index] = this.streamersOf(exchange);
    const streamer = this.#servers.find((server) => server.index === index);
    if (!streamer) throw new Error(`no instance streams ${exchange}`);
    return streamer;
  }

  /** The numbers of the instances that hold streams of the exchange. */
  streamersOf(exchange: string): readonly number[] {
    return this.#servers.filter(({ paths }) => (paths[exchange]?.streams ?? 0) > 0).map(({ index }) => index);
  }

  /** The others than one. */
  othersThan(server: ClusterServer): readonly ClusterServer[] {
    return this.#servers.filter((other) => other !== server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.splice(0).map((server) => server[Symbol.asyncDispose]()));
  }
}

interface View {
  readonly state: unknown;
  readonly instances: number;
  /** The exchanges that it owns. */
  readonly owned: readonly string[];
}

async function readView(server: ClusterServer): Promise<View> {
  const [state, exposition] = await Promise.all([server.readState(), server.scrape()]);
  const owned = exposition.samples
    .filter(({ name, value }) => name === 'tickql_cluster_owner' && value === 1)
    .map(({ labels }) => labels.exchange ?? '');
  return { state, instances: exposition.find('tickql_cluster_instances') ?? 0, owned };
}
