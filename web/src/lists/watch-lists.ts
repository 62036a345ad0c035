import type { MarketRef } from '../base/market-ref.ts';
import type { Saved } from '../base/saved.ts';
import { Store } from '../base/store.ts';
import { type KeptLists, noLists } from './kept-lists.ts';
import {
  isSame,
  placeMarket,
  removeMarket,
  toFreeName,
  toText,
  type WatchList,
  withoutDuplicates,
} from './watch-list.ts';

/** The name of the list that is there before anybody has named one. */
export const firstName = 'Watch list';

/** The watch lists that the browser keeps. One of them is the current list, to which markets are added. */
export class WatchLists {
  /** All lists, and which of them is the current one. */
  readonly kept: Store<KeptLists>;
  readonly #saved: Saved<KeptLists>;
  /** What each list has been since the page was opened, so that the address of an earlier state is recognised. */
  readonly #earlier = new Map<string, Set<string>>();

  constructor(saved: Saved<KeptLists>) {
    this.#saved = saved;
    this.kept = new Store(saved.read() ?? noLists);
  }

  /** The list to which markets are added; null before the first list is created. */
  get current(): WatchList | null {
    const { lists, current } = this.kept.get();
    return lists.find(({ name }) => name === current) ?? lists[0] ?? null;
  }

  find(name: string): WatchList | null {
    return this.kept.get().lists.find((list) => list.name === name) ?? null;
  }

  /** True if the list of this name has, or had since the page was opened, exactly these markets. */
  isKept({ name, markets }: WatchList): boolean {
    const list = this.find(name);
    const text = toText(markets);
    return list !== null && (toText(list.markets) === text || (this.#earlier.get(name)?.has(text) ?? false));
  }

  has(market: MarketRef): boolean {
    return this.current?.markets.some((other) => isSame(market, other)) ?? false;
  }

  /** Adds a market to the end of the current list. */
  add(market: MarketRef): void {
    const list = this.current;
    if (!list) this.create(firstName, [market]);
    else if (!this.has(market)) this.#edit(list, [...list.markets, market]);
  }

  remove(market: MarketRef): void {
    const list = this.current;
    if (list) this.#edit(list, removeMarket(list.markets, market));
  }

  /** Moves a market of the current list to this place. */
  move(market: MarketRef, index: number): void {
    const list = this.current;
    if (list && this.has(market)) this.#edit(list, placeMarket(list.markets, market, index));
  }

  choose(name: string): void {
    if (this.find(name)) this.#set({ ...this.kept.get(), current: name });
  }

  /** Creates a list and makes it the current one. Returns its name, which has a number if the given one is taken. */
  create(name: string, markets: readonly MarketRef[]): string {
    const { lists } = this.kept.get();
    const free = toFreeName(name, lists);
    this.#set({ lists: [...lists, { name: free, markets: withoutDuplicates(markets) }], current: free });
    return free;
  }

  /** Renames the current list. Returns its new name. */
  rename(name: string): string {
    const list = this.current;
    if (!list || name === list.name) return name;
    const { lists } = this.kept.get();
    const free = toFreeName(name, lists);
    this.#set({ lists: lists.map((each) => (each === list ? { ...list, name: free } : each)), current: free });
    return free;
  }

  /** Deletes the current list; the one before it becomes the current one. */
  delete(): void {
    const list = this.current;
    if (!list) return;
    const { lists } = this.kept.get();
    const index = lists.indexOf(list);
    const others = lists.filter((each) => each !== list);
    this.#set({ lists: others, current: others[Math.max(0, index - 1)]?.name ?? null });
    this.#earlier.delete(list.name);
  }

  /** Another tab of the browser has changed what is kept. */
  reload(): void {
    const kept = this.#saved.read() ?? noLists;
    for (const list of this.kept.get().lists) this.#remember(list);
    this.kept.set(kept);
  }

  #edit(list: WatchList, markets: readonly MarketRef[]): void {
    const { lists, current } = this.kept.get();
    this.#remember(list);
    this.#set({ lists: lists.map((each) => (each === list ? { ...list, markets } : each)), current });
  }

  #remember({ name, markets }: WatchList): void {
    const earlier = this.#earlier.get(name) ?? new Set();
    this.#earlier.set(name, earlier.add(toText(markets)));
  }

  #set(kept: KeptLists): void {
    this.kept.set(kept);
    this.#saved.write(kept);
  }
}
