import type { StreamKind } from '../../../market/ports/market-streams.ts';
import type { Watch } from './watch.ts';

/** Stands for the kinds of data that no exchange streams: no capability offers them. */
export function notWatched<K extends StreamKind>(): Watch<K> {
  return {
    capabilities: [],
    next: () => Promise.reject(new Error('ccxt has no stream of this kind')),
    unwatch: () => null,
  };
}
