import type { MarketData, MarketSource } from '../market/ports/market-data.ts';
import type { MarketStreams } from '../market/ports/market-streams.ts';
import type { SharedBytes } from '../market/ports/shared-bytes.ts';
import type { Cluster, OwnedData } from './cluster.ts';
import type { ClusterOptions } from './cluster-options.ts';
import { createNamespace } from './connection/namespace.ts';
import { RedisConnection } from './connection/redis-connection.ts';
import { parseRedisUrl } from './connection/redis-url.ts';
import { CountedStore, toTrafficKind } from './connection/traffic.ts';
import { ClusterStreams } from './live/cluster-streams.ts';
import type { LiveOptions } from './live/protocol/live-options.ts';
import { toLiveTiming } from './live/protocol/live-timing.ts';
import { RelayServer } from './live/relays/relay-server.ts';
import { ClusterMembers, toLeaseMs } from './members/cluster-members.ts';
import type { ClusterStatus } from './members/cluster-status.ts';
import { createInstanceName } from './members/instance-name.ts';
import { RedisLeaseStore } from './members/redis-lease-store.ts';
import { createClusterFeedData } from './requests/cluster-feed-data.ts';
import { createClusterSource } from './requests/cluster-source.ts';
import type { RequestOptions } from './requests/protocol/request-options.ts';
import { RequestClient } from './requests/request-client.ts';
import { RequestServer } from './requests/request-server.ts';
import { SharedReader } from './requests/shared/shared-reader.ts';
import { BoundedBytes } from './shared/bounded-bytes.ts';
import { createSharedQuotas } from './shared/quotas.ts';

/** How often Redis may be late within a lease: three beats of an owner can fail before it loses its exchanges. */
const answersPerLease = 3;

/** Connects this instance to the others over Redis. Does not contact Redis before the cluster starts. */
export function openCluster(options: ClusterOptions): Cluster {
  return new RedisCluster(options);
}

/** Puts the parts together, and ends them in the right order. */
class RedisCluster implements Cluster {
  readonly sharedBytes: SharedBytes;
  readonly createLimiter: Cluster['createLimiter'];
  readonly #options: ClusterOptions;
  readonly #connection: RedisConnection;
  readonly #members: ClusterMembers;
  readonly #requests: RequestOptions;
  readonly #live: LiveOptions;
  readonly #client: RequestClient;
  readonly #relays: RelayServer;
  readonly #closing: (() => void)[] = [];

  constructor(options: ClusterOptions) {
    const { listeners, clock, random, exchanges } = options;
    const instance = createInstanceName();
    const address = parseRedisUrl(options.redisUrl);
    const namespace = createNamespace(options.keyPrefix, address.database);
    const { key, channel } = namespace;
    const leaseMs = toLeaseMs(options.takeoverMs);
    const connection = new RedisConnection({
      address,
      instance,
      timeoutMs: leaseMs / answersPerLease,
      clock,
      random,
      onMessage: (direction, name, bytes) =>
        listeners.onTraffic(direction, toTrafficKind(name, namespace.channel('')), bytes),
      onRefused: listeners.onRefused,
    });
    const announcements = channel('owners');
    const lease = { instance, channel: announcements, leaseMs, exchanges };
    const members = new ClusterMembers({
      ...lease,
      store: new RedisLeaseStore({ ...lease, connection, namespace }),
      bus: connection,
      findFailure: () => connection.failure,
      clock,
      elapsed: () => performance.now(),
      onState: listeners.onState,
      onOtherVersions: listeners.onOtherVersions,
    });
    this.#closing.push(members.onChange(listeners.onOwner));
    const common = { bus: connection, owners: members, time: members.time, clock, channel };
    this.#options = options;
    this.#connection = connection;
    this.#members = members;
    this.#live = { ...common, timing: toLiveTiming(options.silenceMs), events: listeners };
    this.#requests = {
      ...common,
      key,
      store: new CountedStore(connection, (direction, bytes) => listeners.onTraffic(direction, 'answers', bytes)),
      events: {
        onRequest: listeners.onRequest,
        onRetry: listeners.onRetry,
        onServed: listeners.onServed,
        onRefused: listeners.onDrop,
        onShared: (event) => listeners.onShared('answers', event),
        onError: listeners.onError,
      },
    };
    this.#client = new RequestClient({ ...this.#requests, random });
    this.#relays = new RelayServer(this.#live);
    this.sharedBytes = new BoundedBytes({
      store: connection,
      namespace,
      clock,
      onWritten: (isWritten) => listeners.onShared('candle_pages', isWritten ? 'written' : 'write_failed'),
    });
    this.createLimiter = createSharedQuotas({ redis: connection, namespace, clock });
  }

  get status(): ClusterStatus {
    return this.#members.status;
  }

  get connectionCount(): number {
    return this.#connection.openCount;
  }

  async start(): Promise<void> {
    this.#connection.start();
    await this.#members.start();
  }

  source(local: MarketSource): MarketSource {
    const reader = new SharedReader(this.#requests);
    const { requestTimeoutMs: timeoutMs, ownerTimeoutMs } = this.#options;
    return createClusterSource({ ...this.#requests, local, reader, client: this.#client, timeoutMs, ownerTimeoutMs });
  }

  streams(local: MarketStreams, prepare: (exchange: string) => void): MarketStreams {
    const streams = new ClusterStreams({ ...this.#live, local, prepare, random: this.#options.random });
    this.#closing.push(() => streams.close());
    return streams;
  }

  feedData(local: MarketData): MarketData {
    const { requestTimeoutMs: timeoutMs } = this.#options;
    return createClusterFeedData({ local, owners: this.#members, client: this.#client, timeoutMs });
  }

  serve({ marketData, feedData, candles, streams }: OwnedData): void {
    const server = new RequestServer({ ...this.#requests, data: { marketData, feedData, candles } });
    this.#closing.push(() => server.close());
    this.#relays.serve(streams);
  }

  handOver(): Promise<void> {
    return this.#members.handOver();
  }

  async close(): Promise<void> {
    for (const close of this.#closing.splice(0)) close();
    this.#relays.close();
    this.#client.close();
    await this.#members.close();
    await this.#connection.close();
  }
}
