import type { Owner } from '../../../../src/cluster/members/owners.ts';
import { startWire, type Wire } from '../../faults/wire.ts';
import { type RedisOptions, type RedisServer, startRedis } from '../../programs/redis.ts';
import { eventually } from '../../socket-client.ts';
import { type InstanceOptions, type MemberInstance, openMember } from './member-instance.ts';

/** A Redis and the instances that share it. */
export class MemberScene {
  readonly redis: RedisServer;
  readonly #resources: { close(): Promise<void> }[] = [];

  private constructor(redis: RedisServer) {
    this.redis = redis;
    this.#resources.push(redis);
  }

  static async open(options: RedisOptions = {}): Promise<MemberScene> {
    return new MemberScene(await startRedis(options));
  }

  /** An instance that has not started. */
  add(name: string, options: Partial<InstanceOptions> = {}): MemberInstance {
    const instance = openMember({ name, url: this.redis.url, ...options });
    this.#resources.push(instance);
    return instance;
  }

  /** An instance that has started. */
  async join(name: string, options: Partial<InstanceOptions> = {}): Promise<MemberInstance> {
    const instance = this.add(name, options);
    await instance.members.start();
    return instance;
  }

  async joinAll(names: readonly string[], takeoverMs?: number): Promise<readonly MemberInstance[]> {
    const options = takeoverMs === undefined ? {} : { takeoverMs };
    const instances = await Promise.all(names.map((name) => this.join(name, options)));
    await eventually(() => instances.every(({ members }) => members.status.instances.length === names.length));
    return instances;
  }

  /** A connection to Redis that can be disturbed. */
  async wire(): Promise<Wire> {
    const wire = await startWire(this.redis.port);
    this.#resources.push(wire);
    return wire;
  }

  async close(): Promise<void> {
    for (const resource of this.#resources.splice(0).reverse()) await resource.close();
  }
}

/** The name of the owner as the instance knows it, or its kind. */
export function nameOwner({ members }: MemberInstance, exchange: string): string {
  const owner = members.ownerOf(exchange);
  return owner.kind === 'self' ? members.instance : owner.kind === 'other' ? owner.instance : owner.kind;
}

export function fenceOf(owner: Owner): number {
  return 'fence' in owner ? owner.fence : 0;
}
