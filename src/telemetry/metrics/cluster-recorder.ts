import type { ClusterListeners } from '../../cluster/cluster-listeners.ts';
import type { Owner, OwnerChange } from '../../cluster/members/owners.ts';
import { Counts } from './counts.ts';
import { Durations } from './durations.ts';

/** How this instance has got or lost an exchange. */
export type OwnershipChange = 'claimed' | 'taken_over' | 'received' | 'handed_over' | 'lost';

/** Records what happens between the instances, for metrics. Its methods are passed to the cluster as callbacks. */
export class ClusterRecorder
  implements Omit<ClusterListeners, 'onState' | 'onOtherVersions' | 'onRefused' | 'onError'>
{
  readonly changes = new Counts();
  readonly messages = new Counts();
  readonly bytes = new Counts();
  readonly requests = new Counts();
  readonly requestDurations = new Durations({
    name: 'tickql_cluster_request_duration_seconds',
    help: "Duration of requests to the owners of exchanges, including the exchange's answer.",
    label: 'outcome',
    bounds: [0.002, 0.01, 0.05, 0.25, 1, 5],
  });
  readonly valueAges = new Durations({
    name: 'tickql_cluster_value_age_seconds',
    help: 'Age of live values of other instances on arrival: the time since the owner has sent them.',
    label: 'kind',
    bounds: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
  });
  readonly retries = new Counts();
  readonly served = new Counts();
  readonly repairs = new Counts();
  readonly drops = new Counts();
  readonly shared = new Counts();
  /** Which instance was the last to own each exchange. */
  readonly #lastOwners = new Map<string, 'self' | 'other'>();

  readonly onOwner = (change: OwnerChange): void => {
    const kind = this.#classify(change);
    if (kind) this.changes.add(change.exchange, kind);
  };

  readonly onTraffic: ClusterListeners['onTraffic'] = (direction, kind, bytes) => {
    this.messages.add(direction, kind);
    this.bytes.add(direction, kind, '', bytes);
  };

  readonly onRequest: ClusterListeners['onRequest'] = (method, outcome, durationMs) => {
    this.requests.add(method, outcome);
    this.requestDurations.add(outcome, durationMs);
  };

  readonly onRetry: ClusterListeners['onRetry'] = (reason) => {
    this.retries.add(reason, '');
  };

  readonly onServed: ClusterListeners['onServed'] = (method, outcome) => {
    this.served.add(method, outcome);
  };

  readonly onLiveValue: ClusterListeners['onLiveValue'] = (kind, ageMs) => {
    this.valueAges.add(kind, Math.max(0, ageMs));
  };

  readonly onRepair: ClusterListeners['onRepair'] = (kind) => {
    this.repairs.add(kind, '');
  };

  readonly onDrop: ClusterListeners['onDrop'] = (reason) => {
    this.drops.add(reason, '');
  };

  readonly onShared: ClusterListeners['onShared'] = (kind, event) => {
    this.shared.add(kind, event);
  };

  #classify({ exchange, owner, previous, isHandover }: OwnerChange): OwnershipChange | null {
    const last = this.#lastOwners.get(exchange);
    if (isInstance(owner)) this.#lastOwners.set(exchange, owner.kind);
    // After a time alone, it is unknown what the others have done.
    if (owner.kind === 'alone') this.#lastOwners.delete(exchange);
    if (owner.kind === 'self') {
      if (isHandover) return 'received';
      return last === 'other' ? 'taken_over' : 'claimed';
    }
    if (previous.kind !== 'self' || owner.kind === 'alone') return null;
    return isHandover ? 'handed_over' : 'lost';
  }
}

function isInstance(owner: Owner): owner is Extract<Owner, { kind: 'self' | 'other' }> {
  return owner.kind === 'self' || owner.kind === 'other';
}
