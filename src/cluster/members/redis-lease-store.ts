import { z } from 'zod';
import { type Namespace, protocolVersion } from '../connection/namespace.ts';
import type { RedisConnection } from '../connection/redis-connection.ts';
import type { RedisScript } from '../connection/redis-script.ts';
import { beatScript, claimScript, leaveScript, releaseScript, transferScript } from './lease-scripts.ts';
import type {
  BeatReply,
  BeatRequest,
  Lease,
  LeaseStore,
  LiveInstance,
  RunningLease,
  SeenOwner,
} from './lease-store.ts';

const number = z.string().transform(Number).pipe(z.number().finite());

const flag = z.enum(['0', '1']).transform((value) => value === '1');

const leaseRow = z.tuple([z.string(), z.string(), number, number, flag]).transform(
  ([exchange, instance, fence, remainingMs, isHandover]): RunningLease => ({
    exchange,
    instance,
    fence,
    remainingMs,
    isHandover,
  }),
);

const instanceRow = z.tuple([z.string(), number, number, z.string(), flag]).transform(
  ([name, ageMs, silenceMs, exchanges, isLeaving]): LiveInstance => ({
    name,
    ageMs,
    silenceMs,
    exchanges: exchanges === '*' ? null : exchanges.split(','),
    isLeaving,
  }),
);

const beatReply = z
  .tuple([number, z.array(instanceRow), z.array(leaseRow), z.array(number)])
  .transform(([now, instances, leases, versions]): BeatReply => ({ now, instances, leases, versions }));

const optionalLease = z.union([z.tuple([]).transform(() => null), leaseRow]);

export interface RedisLeaseOptions {
  readonly connection: Pick<RedisConnection, 'run'>;
  readonly namespace: Namespace;
  readonly instance: string;
  /** The channel of announcements. */
  readonly channel: string;
  readonly leaseMs: number;
  /** The exchanges that this instance may call; null for all. */
  readonly exchanges: readonly string[] | null;
}

export class RedisLeaseStore implements LeaseStore {
  readonly #options: RedisLeaseOptions;
  readonly #keys: readonly string[];

  constructor(options: RedisLeaseOptions) {
    this.#options = options;
    const { key, commonKey } = options.namespace;
    this.#keys = [...['instances', 'leases', 'fences'].map(key), commonKey('versions')];
  }

  async beat({ isLeaving, held, seen }: BeatRequest): Promise<BeatReply> {
    const instance = JSON.stringify({ leaving: isLeaving, exchanges: this.#options.exchanges?.join(',') ?? '*' });
    const rows = held.flatMap(({ exchange, fence }) => [
      exchange,
      fence === null ? '' : String(fence),
      String(seen(exchange)),
    ]);
    return beatReply.parse(await this.#run(beatScript, [instance, String(protocolVersion), ...rows]));
  }

  async claim(exchange: string, candidate: string, seen: SeenOwner | null): Promise<RunningLease | null> {
    return optionalLease.parse(
      await this.#run(claimScript, [exchange, candidate, seen?.instance ?? '', String(seen?.fence ?? 0)]),
    );
  }

  async transfer({ exchange, fence }: Lease, to: string): Promise<RunningLease | null> {
    return optionalLease.parse(await this.#run(transferScript, [exchange, String(fence), to]));
  }

  async release({ exchange, fence }: Lease): Promise<void> {
    await this.#run(releaseScript, [exchange, String(fence)]);
  }

  async leave(): Promise<void> {
    await this.#run(leaveScript, []);
  }

  #run(script: RedisScript, args: readonly string[]): Promise<unknown> {
    const { connection, instance, leaseMs, channel } = this.#options;
    return connection.run(script, this.#keys, [instance, String(leaseMs), channel, ...args]);
  }
}
