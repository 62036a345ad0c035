import { Saved } from '../base/saved.ts';
import { parseWatchList, toFreeName, type WatchList } from './watch-list.ts';

/** The lists of a browser, and the name of the current one. Names differ. */
export interface KeptLists {
  readonly lists: readonly WatchList[];
  readonly current: string | null;
}

export const noLists: KeptLists = { lists: [], current: null };

/** The lists as the browser keeps them. */
export function createSavedLists(): Saved<KeptLists> {
  return new Saved('lists', parseKeptLists);
}

/** Reads what a version of this page has kept. What cannot be read is left out. */
export function parseKeptLists(value: unknown): KeptLists | null {
  if (typeof value !== 'object' || value === null || !('lists' in value) || !Array.isArray(value.lists)) return null;
  const lists: WatchList[] = [];
  for (const each of value.lists) {
    const list = parseWatchList(each);
    if (list) lists.push({ ...list, name: toFreeName(list.name, lists) });
  }
  const current = 'current' in value && typeof value.current === 'string' ? value.current : null;
  return { lists, current };
}
