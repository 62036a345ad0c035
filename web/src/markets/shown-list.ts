import type { MarketsView } from '../address/address.ts';
import { toText, type WatchList, withoutDuplicates } from '../lists/watch-list.ts';
import type { WatchLists } from '../lists/watch-lists.ts';

/** A list on the screen, and whether this browser keeps it. */
export interface ShownList {
  readonly list: WatchList;
  readonly isKept: boolean;
}

/** The name of a list whose address has none. */
const namelessName = 'Shared list';

/** The list that the address names: one of this browser, or the markets of a link. Null if there is no list yet. */
export function findShownList(
  view: MarketsView,
  lists: Pick<WatchLists, 'current' | 'find' | 'isKept'>,
): ShownList | null {
  if (view.markets === null) {
    const list = (view.name === null ? null : lists.find(view.name)) ?? lists.current;
    return list && { list, isKept: true };
  }
  const list = { name: view.name ?? namelessName, markets: withoutDuplicates(view.markets) };
  if (!lists.isKept(list)) return { list, isKept: false };
  return { list: lists.find(list.name) ?? list, isKept: true };
}

/** The view with the list in its address, so that a link shows it to others as well; the same view if it is there. */
export function withList(view: MarketsView, { name, markets }: WatchList): MarketsView {
  const isThere = view.name === name && view.markets !== null && toText(view.markets) === toText(markets);
  return isThere ? view : { ...view, name, markets };
}
