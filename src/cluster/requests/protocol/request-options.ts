import type { Clock } from '../../../base/clock.ts';
import type { Bus } from '../../connection/bus.ts';
import type { SharedStore } from '../../connection/shared-store.ts';
import type { Owners } from '../../members/owners.ts';
import type { SharedTime } from '../../members/shared-time.ts';
import type { RequestEvents } from './request-events.ts';

/** What the two sides of requests between instances have in common. */
export interface RequestOptions {
  readonly bus: Bus;
  readonly store: SharedStore;
  readonly owners: Owners;
  readonly time: SharedTime;
  readonly clock: Clock;
  /** The full name of a channel of this cluster. */
  readonly channel: (name: string) => string;
  /** The full name of a key of this cluster. */
  readonly key: (name: string) => string;
  readonly events: RequestEvents;
}
