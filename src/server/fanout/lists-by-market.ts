import type { WatchList } from './watch-list.ts';

/**
 * Which watch lists contain a market. Payloads that nobody shares have one list per market; they need no set, which
 * saves memory.
 */
export class ListsByMarket {
  readonly #lists = new Map<string, WatchList | Set<WatchList>>();

  add(list: WatchList): void {
    for (const key of list.keys) {
      const known = this.#lists.get(key);
      if (!known) this.#lists.set(key, list);
      else if (known instanceof Set) known.add(list);
      else this.#lists.set(key, new Set([known, list]));
    }
  }

  /** Removes a list from one market. Returns true if the market has no other list. */
  remove(key: string, list: WatchList): boolean {
    const known = this.#lists.get(key);
    if (known instanceof Set) known.delete(list);
    const isLast = known === list || (known instanceof Set && known.size === 0);
    if (isLast) this.#lists.delete(key);
    return isLast;
  }

  has(key: string): boolean {
    return this.#lists.has(key);
  }

  /** The lists with a market. Can be iterated while lists come and go. */
  of(key: string): Iterable<WatchList> {
    const known = this.#lists.get(key);
    if (!known) return [];
    return known instanceof Set ? known : [known];
  }
}
