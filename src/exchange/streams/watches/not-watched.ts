import type { StreamKind } from '../../../market/ports/market-streams.ts';
import type { Watch } from './watch.ts';

/** The message of every attempt. */
export const noStream = 'ccxt has no stream of this kind';

/** Stands for the kinds of data that no exchange streams: no capability offers them. */
export function notWatched<K extends StreamKind>(): Watch<K> {
  return {
    capabilities: [],
    next: () => Promise.reject(new Error(noStream)),
    unwatch: () => null,
  };
}
