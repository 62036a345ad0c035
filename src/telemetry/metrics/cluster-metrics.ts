import type { Registry } from 'prom-client';
import type { ClusterRecorder } from './cluster-recorder.ts';
import type { Counts } from './counts.ts';
import { addCounter, addGauge, type Sample } from './registration.ts';
import { clusterStates, type MetricSources } from './sources.ts';

/** Adds the metrics of what happens between instances. Without other instances, they have no values. */
export function addClusterMetrics(
  registry: Registry,
  recorder: ClusterRecorder,
  cluster: MetricSources['cluster'],
): void {
  addGauge(registry, {
    name: 'tickql_cluster_state',
    help: 'State of this instance in its cluster: 1 for the current state, 0 for the others. An instance that is alone cannot reach Redis.',
    labelNames: ['state'],
    read: () => {
      const status = cluster();
      return status ? clusterStates.map((state) => ({ labels: [state], value: state === status.state ? 1 : 0 })) : [];
    },
  });
  addGauge(registry, {
    name: 'tickql_cluster_instances',
    help: 'Live instances of the cluster as this one knows them, including itself; 0 without REDIS_URL.',
    read: () => cluster()?.instances.length ?? 0,
  });
  addGauge(registry, {
    name: 'tickql_cluster_owner',
    help: 'Whether this instance owns an exchange, which means that it makes all calls to it: 1 if it does, 0 if another one does.',
    labelNames: ['exchange'],
    read: function* () {
      const status = cluster();
      for (const [exchange, owner] of status?.owners ?? []) {
        yield { labels: [exchange], value: owner === status?.instance ? 1 : 0 };
      }
    },
  });
  addCounter(registry, {
    name: 'tickql_cluster_owner_changes_total',
    help: 'Exchanges that this instance has claimed, taken_over from an owner that failed, received, handed_over, or lost because it could not renew its lease.',
    labelNames: ['exchange', 'change'],
    read: () => pairsOf(recorder.changes),
  });
  addCounter(registry, {
    name: 'tickql_cluster_messages_total',
    help: 'Messages sent to other instances over Redis, and received from them, by kind.',
    labelNames: ['direction', 'kind'],
    read: () => pairsOf(recorder.messages),
  });
  addCounter(registry, {
    name: 'tickql_cluster_bytes_total',
    help: 'Bytes of the messages sent over Redis, and received, by kind.',
    labelNames: ['direction', 'kind'],
    read: () => pairsOf(recorder.bytes),
  });
  addCounter(registry, {
    name: 'tickql_cluster_requests_total',
    help: 'Requests of this instance to the owners of exchanges by outcome: answered, failed (with an error of the exchange), unreachable (no owner), timeout or overloaded.',
    labelNames: ['method', 'outcome'],
    read: () => pairsOf(recorder.requests),
  });
  addCounter(registry, {
    name: 'tickql_cluster_request_retries_total',
    help: 'Requests to owners that were sent again, by reason.',
    labelNames: ['reason'],
    read: () => firstsOf(recorder.retries),
  });
  addCounter(registry, {
    name: 'tickql_cluster_served_requests_total',
    help: 'Requests of other instances to this one by outcome.',
    labelNames: ['method', 'outcome'],
    read: () => pairsOf(recorder.served),
  });
  addCounter(registry, {
    name: 'tickql_cluster_repairs_total',
    help: 'Gaps in live data of another instance that a call had to fill, by kind of data.',
    labelNames: ['kind'],
    read: () => firstsOf(recorder.repairs),
  });
  addCounter(registry, {
    name: 'tickql_cluster_dropped_messages_total',
    help: 'Messages of other instances that were not used, by reason.',
    labelNames: ['reason'],
    read: () => firstsOf(recorder.drops),
  });
  addCounter(registry, {
    name: 'tickql_cluster_shared_values_total',
    help: 'Values that all instances share in Redis, by event: hit or miss of a lookup, written, or a failure of Redis.',
    labelNames: ['kind', 'event'],
    read: () => pairsOf(recorder.shared),
  });
}

function* pairsOf(counts: Counts): Iterable<Sample> {
  for (const [first, second, , value] of counts.entries()) yield { labels: [first, second], value };
}

function* firstsOf(counts: Counts): Iterable<Sample> {
  for (const [first, , , value] of counts.entries()) yield { labels: [first], value };
}
