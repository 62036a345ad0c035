import type { StreamKind } from '../../../market/ports/market-streams.ts';
import type { JointWatch } from './joint-watches.ts';
import type { Watch } from './watch.ts';

const error = 'ccxt has no stream of this kind';

/** Stands for the kinds of data that no exchange streams: no capability offers them. */
export function notWatched<K extends StreamKind>(): Watch<K> {
  return {
    capabilities: [],
    next: () => Promise.reject(new Error(error)),
    unwatch: () => null,
  };
}

export const notWatchedJointly: JointWatch = {
  method: null,
  unmethod: null,
  watch: () => Promise.reject(new Error(error)),
  unwatch: () => Promise.reject(new Error(error)),
};
