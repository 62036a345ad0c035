import type { Clock } from '../../../base/clock.ts';
import type { Bus } from '../../connection/bus.ts';
import type { Owners } from '../../members/owners.ts';
import type { SharedTime } from '../../members/shared-time.ts';
import type { LiveTiming } from './live-timing.ts';

/** Callbacks for metrics. */
export interface LiveEvents {
  /** A live value of another instance has arrived, this long after its owner had it, in ms by the shared clock. */
  readonly onLiveValue: (kind: string, ageMs: number) => void;
  /** Messages of another instance are missing, and nobody has kept them: calls must bring what they contained. */
  readonly onRepair: (kind: string) => void;
  /** A message of another instance was not used. */
  readonly onDrop: (reason: DropReason) => void;
}

export type DropReason = 'former_owner' | 'repeated' | 'late' | 'malformed';

/** What the two sides of live data between instances have in common. */
export interface LiveOptions {
  readonly bus: Bus;
  readonly owners: Owners;
  readonly time: SharedTime;
  readonly clock: Clock;
  /** The full name of a channel of this cluster. */
  readonly channel: (name: string) => string;
  readonly timing: LiveTiming;
  readonly events: LiveEvents;
}
