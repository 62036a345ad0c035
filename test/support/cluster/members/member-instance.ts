import type { Clock } from '../../../../src/base/clock.ts';
import { systemClock } from '../../../../src/base/clock.ts';
import { createNamespace } from '../../../../src/cluster/connection/namespace.ts';
import { RedisConnection } from '../../../../src/cluster/connection/redis-connection.ts';
import { parseRedisUrl } from '../../../../src/cluster/connection/redis-url.ts';
import { ClusterMembers, toLeaseMs } from '../../../../src/cluster/members/cluster-members.ts';
import type { ClusterState } from '../../../../src/cluster/members/cluster-status.ts';
import type { OwnerChange } from '../../../../src/cluster/members/owners.ts';
import { RedisLeaseStore } from '../../../../src/cluster/members/redis-lease-store.ts';

export interface InstanceOptions {
  readonly url: string;
  readonly name: string;
  readonly takeoverMs?: number;
  readonly prefix?: string;
  readonly exchanges?: readonly string[] | null;
  readonly clock?: Clock;
}

/** An instance that takes part in a cluster, but calls no exchange. */
export interface MemberInstance {
  readonly members: ClusterMembers;
  readonly changes: readonly OwnerChange[];
  /** The states that it has had, with the reasons. */
  readonly states: readonly string[];
  readonly otherVersions: readonly number[];
  /** Ends it as SIGKILL does: without a word to the others. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

export function openMember(options: InstanceOptions): MemberInstance {
  const { url, name, takeoverMs = 2000, prefix = 't', exchanges = null, clock = systemClock } = options;
  const address = parseRedisUrl(url);
  const namespace = createNamespace(prefix, address.database);
  const channel = namespace.channel('owners');
  const leaseMs = toLeaseMs(takeoverMs);
  const connection = new RedisConnection({ address, instance: name, timeoutMs: leaseMs / 3, clock, random: () => 0 });
  const states: string[] = [];
  const changes: OwnerChange[] = [];
  let otherVersions: readonly number[] = [];
  const members = new ClusterMembers({
    instance: name,
    store: new RedisLeaseStore({ connection, namespace, instance: name, channel, leaseMs, exchanges }),
    bus: connection,
    channel,
    findFailure: () => connection.failure,
    leaseMs,
    exchanges,
    clock,
    elapsed: () => performance.now(),
    onState: (state: ClusterState, reason) => states.push(reason === null ? state : `${state}: ${reason}`),
    onOtherVersions: (versions) => {
      otherVersions = versions;
    },
  });
  members.onChange((change) => changes.push(change));
  connection.start();
  return {
    members,
    changes,
    states,
    get otherVersions() {
      return otherVersions;
    },
    kill: async () => {
      await connection.close();
      await members.close();
    },
    close: async () => {
      await members.close();
      await connection.close();
    },
  };
}
