import type { Logger } from 'pino';
import type { ThrottledLog } from '../../base/throttled-log.ts';
import type { ClusterListeners } from '../../cluster/cluster-listeners.ts';
import type { ClusterState, ClusterStatus } from '../../cluster/members/cluster-status.ts';

type Subject = Pick<ClusterStatus, 'instance' | 'instances'>;

/**
 * Logs when this instance joins the others, continues alone, and is back, and which exchanges it gets and loses. No line
 * contains the address of Redis or a password.
 */
export class ClusterLog implements Pick<ClusterListeners, 'onState' | 'onOwner' | 'onOtherVersions' | 'onRefused'> {
  readonly #log: Logger;
  readonly #throttled: ThrottledLog;
  readonly #status: () => Subject;
  #last: ClusterState = 'joining';
  #reason: string | null = null;

  constructor(log: Logger, throttled: ThrottledLog, status: () => Subject) {
    this.#log = log;
    this.#throttled = throttled;
    this.#status = status;
  }

  readonly onState: ClusterListeners['onState'] = (state, reason) => {
    const [last, lastReason] = [this.#last, this.#reason];
    this.#last = state;
    this.#reason = reason;
    if (state === last && reason === lastReason) return;
    const { instance, instances } = this.#status();
    if (state === 'alone') {
      const why = reason ?? 'Redis cannot be used.';
      const text = `${why} This instance continues alone: it calls all exchanges itself, and tries to reach Redis again.`;
      this.#throttled.write('warn', `cluster alone ${why}`, { instance }, text);
    } else if (state === 'member' && last !== 'member') {
      const text = `This is instance ${instance} of a cluster of ${instances.length}.`;
      if (last === 'alone') this.#throttled.write('info', 'cluster back', { instance }, `Redis answers again. ${text}`);
      else this.#log.info({ instance }, text);
    }
  };

  readonly onOwner: ClusterListeners['onOwner'] = ({ exchange, owner, previous, isHandover }) => {
    if (owner.kind === 'self') {
      const text = isHandover
        ? `this instance owns ${exchange} now: its owner has handed it over`
        : `this instance owns ${exchange} now, and makes all calls to it`;
      this.#log.debug({ exchange }, text);
    } else if (previous.kind === 'self' && owner.kind !== 'alone') {
      if (isHandover) return this.#log.debug({ exchange }, `this instance has handed ${exchange} over`);
      const text = `this instance has lost ${exchange}, because it could not renew its lease in time. Is this machine or Redis too busy?`;
      this.#throttled.write('warn', 'cluster lost', { exchange }, text);
    }
  };

  /** While this instance is no member, the reason for that says enough. */
  readonly onRefused: ClusterListeners['onRefused'] = (reason) => {
    if (this.#last !== 'member') return;
    const text = `${reason} Meanwhile this instance does not share all values and quotas with the others.`;
    this.#throttled.write('warn', `cluster refused ${reason}`, {}, text);
  };

  readonly onOtherVersions: ClusterListeners['onOtherVersions'] = (versions) => {
    if (versions.length === 0) return;
    const text =
      'Instances of another version use the same Redis and cannot exchange data with this one. Both versions call the exchanges until the upgrade is complete.';
    this.#throttled.write('warn', 'cluster versions', { versions }, text);
  };
}
